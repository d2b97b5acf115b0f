using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Four times the rows per step, with the learning rate that goes with them.</summary>
public sealed class LargerBatch : Treatment
{
    /// <inheritdoc/>
    public override string Name => "larger-batch";

    /// <inheritdoc/>
    public override string Summary => "Four times the rows per step, with the learning rate that goes with them.";

    /// <inheritdoc/>
    public override string Source => "McCandlish et al., An empirical model of large-batch training, 2018; Goyal et al. 2017 for the rate";

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        int batch = recipe["train.batch"].Int();
        reason = batch >= 128 ? $"the batch has {batch} rows already" : "";
        return reason.Length > 0 ? null : RateChange.WithBatch(recipe, 4 * batch);
    }
}

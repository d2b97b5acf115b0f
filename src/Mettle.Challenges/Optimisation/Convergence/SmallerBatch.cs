using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>A quarter of the rows per step, with the learning rate that goes with them: more steps for the same work.</summary>
public sealed class SmallerBatch : Treatment
{
    /// <inheritdoc/>
    public override string Name => "smaller-batch";

    /// <inheritdoc/>
    public override string Summary => "A quarter of the rows per step, with the learning rate that goes with them: more steps for the same work.";

    /// <inheritdoc/>
    public override string Source => "McCandlish et al., An empirical model of large-batch training, 2018; Masters and Luschi, Revisiting small batch training for deep neural networks, 2018";

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        int batch = recipe["train.batch"].Int();
        reason = batch < 128 ? $"the batch has only {batch} rows" : "";
        return reason.Length > 0 ? null : RateChange.WithBatch(recipe, batch / 4);
    }
}

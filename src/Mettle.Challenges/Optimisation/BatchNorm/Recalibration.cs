using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Computes the statistics of batch norms afresh, with the final weights, when training has ended.</summary>
public sealed class Recalibration : Treatment
{
    private const int Rows = 2048;

    /// <inheritdoc/>
    public override string Name => "recalibrate-statistics";

    /// <inheritdoc/>
    public override string Summary => $"Computes the statistics of batch norms afresh from {Rows} training rows, with the final weights, when training has ended.";

    /// <inheritdoc/>
    public override string Source => "Wu and Johnson, Rethinking \"Batch\" in BatchNorm, 2021, section 3";

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = !Norms.IsOverRows(recipe) ? "the model has no batch norm"
            : recipe["train.recalibrate"].Int() > 0 ? "it is in use"
            : "";
        return reason.Length > 0 ? null : recipe.With("train.recalibrate", Rows);
    }
}

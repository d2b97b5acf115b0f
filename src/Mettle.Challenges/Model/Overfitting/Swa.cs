using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Averages the weights of the last quarter of the epochs.</summary>
public sealed class Swa : WeightAveraging
{
    /// <inheritdoc/>
    public override string Name => "swa";

    /// <inheritdoc/>
    public override string Summary => "Averages the weights of the last quarter of the epochs.";

    /// <inheritdoc/>
    public override string Source => "Izmailov, Podoprikhin, Garipov, Vetrov and Wilson, Averaging weights leads to wider optima, UAI 2018";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
    [
        .. RateFalls,
        new("batch normalisation", r => Uses.AnyBatchNorm(r) && r["train.recalibrate"].Int() == 0, "the running statistics are averaged with the weights, not measured anew with the averaged weights (Izmailov et al. 2018, section 3.2): set train.recalibrate"),
        new("early-stopping", r => r["train.early-stopping.patience"].Int() > 0, "training may end before the averaging begins"),
    ];

    /// <inheritdoc/>
    protected override Recipe Average(Recipe recipe) => recipe.With("train.averaging.swa.start", 0.75);
}

using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Normalises large batches in parts of 32 rows, which keeps the noise that large batches lose.</summary>
public sealed class GhostBatchNormTreatment : NormTreatment
{
    private const int SmallestBatch = 128;

    /// <inheritdoc/>
    public override string Name => "ghost-batch-norm";

    /// <inheritdoc/>
    public override string Summary => "Normalises large batches in parts of 32 rows, which keeps the noise that large batches lose.";

    /// <inheritdoc/>
    public override string Source => "Hoffer, Hubara and Soudry, Train longer, generalize better: closing the generalization gap in large batch training, NIPS 2017";

    /// <inheritdoc/>
    protected override string Word => "ghost";

    /// <inheritdoc/>
    protected override string? Unfit(Recipe recipe)
        => recipe["train.batch"].Int() is var batch && batch < SmallestBatch
            ? $"batches of {batch} rows have noise enough; it is for batches of {SmallestBatch} or more"
            : null;
}

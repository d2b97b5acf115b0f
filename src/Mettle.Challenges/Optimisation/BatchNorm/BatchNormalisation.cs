namespace Mettle.Challenges.Optimisation;

/// <summary>Batch norm ties a row's result to the rows it shares a batch with; small batches and stale statistics spoil it.</summary>
public sealed class BatchNormalisation : Challenge
{
    /// <inheritdoc/>
    public override ChallengeId Id => new("batch-norm");

    /// <inheritdoc/>
    public override string Group => "Optimisation";

    /// <inheritdoc/>
    public override string Summary => "Batch norm trains badly on small batches, and its running statistics are not those of use.";

    /// <inheritdoc/>
    public override IReadOnlyList<Check> Checks { get; } = [new SmallBatch(), new StatisticsMismatch(), new StatisticsUpdates()];

    /// <inheritdoc/>
    public override IReadOnlyList<Treatment> Treatments { get; } =
        [new WeightStandardisation(), new GroupNormTreatment(), new LayerNormTreatment(), new BatchRenormTreatment(), new GhostBatchNormTreatment(), new Recalibration()];

    /// <inheritdoc/>
    public override Proof Proof { get; } = new SmallBatchProof(r => new WeightStandardisation().Apply(r, out _)!);
}

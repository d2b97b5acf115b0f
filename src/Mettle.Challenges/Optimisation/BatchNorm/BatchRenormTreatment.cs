using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Corrects batch norm towards the running statistics.</summary>
public sealed class BatchRenormTreatment : NormTreatment
{
    // The correction is fully there after 4,000 batches (BatchRenorm).
    private const int FewestSteps = 1000;

    /// <inheritdoc/>
    public override string Name => "batch-renorm";

    /// <inheritdoc/>
    public override string Summary => "Corrects each batch's normalisation towards the running statistics, so that training sees what evaluation does.";

    /// <inheritdoc/>
    public override string Source => "Ioffe, Batch renormalization: Towards reducing minibatch dependence in batch-normalized models, NIPS 2017";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
        [new("a short training", r => r["data.limit"].Int() is > 0 and var n && (long)n * r["train.epochs"].Int() / r["train.batch"].Int() < FewestSteps, "the correction comes in over the first thousands of batches; before that it is batch norm")];

    /// <inheritdoc/>
    protected override string Word => "batch-renorm";
}

using Mettle.Challenges.Model;
using Mettle.Runs;

namespace Mettle.Challenges.Computation;

/// <summary>A batch goes through the model in four parts, whose gradients are added.</summary>
public sealed class GradientAccumulation : CostTreatment
{
    private const int Parts = 4;

    /// <inheritdoc/>
    public override string Name => "gradient-accumulation";

    /// <inheritdoc/>
    public override string Summary => "A batch goes through the model in four parts, whose gradients are added: the same step with a quarter of the activations.";

    /// <inheritdoc/>
    public override string Source => "Goyal et al., Accurate, large minibatch SGD: Training ImageNet in 1 hour, 2017 (section 3: gradients of parts add up to that of the batch)";

    /// <inheritdoc/>
    public override TreatmentAim Aim => TreatmentAim.Memory;

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
        [new("batch norm", Uses.AnyBatchNorm, "statistics are those of a part, not of the batch: parts should have 16 rows or more")];

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe["train.accumulate"].Int() > 1;

    /// <inheritdoc/>
    protected override string Hindrance(Recipe recipe)
        => recipe["train.batch"].Int() < 4 * Parts ? "the batch is too small to be divided"
            : "";

    /// <inheritdoc/>
    protected override Recipe Change(Recipe recipe) => recipe.With("train.accumulate", Parts);
}

using Mettle.Runs;

namespace Mettle.Challenges.Computation;

/// <summary>Backward passes only for rows from which there is most to learn.</summary>
public sealed class SelectiveBackprop : CostTreatment
{
    /// <inheritdoc/>
    public override string Name => "selective-backprop";

    /// <inheritdoc/>
    public override string Summary => "After the first epoch a third of each batch, rather rows of high loss, goes through the backward pass.";

    /// <inheritdoc/>
    public override string Source => "Jiang et al., Accelerating deep learning by focusing on the biggest losers, 2019";

    /// <inheritdoc/>
    public override TreatmentAim Aim => TreatmentAim.Work;

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
    [
        new("label noise", r => r["data.label-noise"].Double() > 0, "rows with a wrong label have the highest loss, so they are learned most"),
        new("mixup", r => r["train.mixup"].Double() > 0, "rows are chosen by their own loss, not by that of their blend"),
        new("calibrated probabilities", _ => true, "hard rows count for more than they are: recalibrate before reading outputs as probabilities"),
    ];

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe["train.selective"].Int() > 0;

    /// <inheritdoc/>
    protected override string Hindrance(Recipe recipe)
        => recipe["train.epochs"].Int() < 3 ? "the first epoch is on all rows, which leaves too few"
            : recipe["train.batch"].Int() < 16 ? "a batch of so few rows leaves nothing to choose"
            : "";

    /// <inheritdoc/>
    protected override Recipe Change(Recipe recipe) => recipe.With("train.selective", 2);
}

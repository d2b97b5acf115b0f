using Mettle.Challenges.Model;
using Mettle.Runs;

namespace Mettle.Challenges.Computation;

/// <summary>One cycle up to a high learning rate and down, in half of the epochs.</summary>
public sealed class SuperConvergence : CostTreatment
{
    // Batch norm bears rates ten times the usual ones for a while (Smith and Topin 2019, section 5); without it three times is much.
    private const double NormFactor = 10, Factor = 3, Epochs = 0.5;

    /// <inheritdoc/>
    public override string Name => "super-convergence";

    /// <inheritdoc/>
    public override string Summary => "One cycle of the learning rate, up to three times the given one (ten with batch norm) and down to almost nothing, in half of the epochs.";

    /// <inheritdoc/>
    public override string Source => "Smith and Topin, Super-convergence: Very fast training of neural networks using large learning rates, 2019";

    /// <inheritdoc/>
    public override TreatmentAim Aim => TreatmentAim.Work;

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
        [new("weight averaging", r => r["train.averaging"].HasValue, "the weights have come to rest by the end, so their average adds little")];

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe["train.schedule"].Text() == "one-cycle";

    /// <inheritdoc/>
    protected override string Hindrance(Recipe recipe)
        => recipe["train.epochs"].Int() < 4 ? "fewer than four epochs cannot be halved"
            : "";

    /// <inheritdoc/>
    protected override Recipe Change(Recipe recipe)
    {
        string optimizer = recipe["train.optimizer"].Text();
        double rate = recipe["train.optimizer"].Word()["rate"].Double() * (Uses.AnyBatchNorm(recipe) ? NormFactor : Factor);
        return recipe
            .WithWord("train.schedule.one-cycle")
            .With("train.warmup", 0.0)
            .With($"train.optimizer.{optimizer}.rate", Math.Round(rate, 10))
            .With("train.epochs", (int)Math.Ceiling(Epochs * recipe["train.epochs"].Int()));
    }
}

using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Raises the learning rate again several times over the training.</summary>
public sealed class WarmRestarts : Treatment
{
    /// <summary>Cosines over the training.</summary>
    internal const int Cycles = 4;

    /// <inheritdoc/>
    public override string Name => "warm-restarts";

    /// <inheritdoc/>
    public override string Summary => "Lets the learning rate fall and start anew four times, so that training leaves poor minima.";

    /// <inheritdoc/>
    public override string Source => "Loshchilov and Hutter, SGDR: Stochastic gradient descent with warm restarts, ICLR 2017";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
    [
        new("early-stopping", r => r["train.early-stopping.patience"].Int() > 0, "the loss rises at each restart, and patience may end before it has fallen again"),
        new("ema", r => r["train.averaging"].HasValue && r["train.averaging"].Text() == "ema", "an average over a restart mixes weights of two minima"),
    ];

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe["train.schedule"].Text() == Name;

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = recipe["train.schedule"].Text() == "warm-restarts" ? "warm restarts are in use"
            : recipe["train.epochs"].Int() - Math.Ceiling(recipe["train.warmup"].Double()) < 2 ? "there are too few epochs for a restart"
            : "";
        return reason.Length > 0 ? null : recipe.With("train.schedule.warm-restarts.cycles", Cycles);
    }
}

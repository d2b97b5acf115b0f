using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Lets the learning rate rise from 0 over the first epochs, so that large steps come only once the loss is smoother.</summary>
public sealed class Warmup : Treatment
{
    /// <inheritdoc/>
    public override string Name => "warm-up";

    /// <inheritdoc/>
    public override string Summary => "Lets the learning rate rise from 0 over the first epochs, so that large steps come only once the loss is smoother.";

    /// <inheritdoc/>
    public override string Source => "Goyal et al., Accurate, large minibatch SGD: training ImageNet in 1 hour, 2017";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
        [new("one-cycle", r => r["train.schedule"].Text() == "one-cycle", "one-cycle begins with a rise of its own")];

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe["train.warmup"].Double() > 0;

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        int epochs = recipe["train.epochs"].Int();
        reason = recipe["train.warmup"].Double() > 0 ? "there is a warm-up already"
            : recipe["train.schedule"].Text() == "one-cycle" ? "one-cycle warms up by itself"
            : "";
        return reason.Length > 0 ? null : recipe.With("train.warmup", Math.Clamp(0.05 * epochs, 0.25, 5));
    }
}

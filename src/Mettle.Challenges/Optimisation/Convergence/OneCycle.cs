using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>One rise of the learning rate and one fall far below it: large steps in the middle, rest at the end.</summary>
public sealed class OneCycle : Treatment
{
    /// <inheritdoc/>
    public override string Name => "one-cycle";

    /// <inheritdoc/>
    public override string Summary => "One rise of the learning rate and one fall far below it: large steps in the middle, rest at the end.";

    /// <inheritdoc/>
    public override string Source => "Smith and Topin, Super-convergence: very fast training of neural networks using large learning rates, 2018";

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = recipe["train.schedule"].Text() == "one-cycle" ? "one-cycle is in use" : "";
        return reason.Length > 0 ? null : recipe.With("train.schedule", "one-cycle").Without("train.warmup");
    }
}

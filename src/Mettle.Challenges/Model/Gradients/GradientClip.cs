using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Scales the gradient down to length 1 where it is longer.</summary>
public sealed class GradientClip : Treatment
{
    /// <inheritdoc/>
    public override string Name => "gradient-clipping";

    /// <inheritdoc/>
    public override string Summary => "Scales the gradient down to length 1 where it is longer, so that one step on a cliff does no harm.";

    /// <inheritdoc/>
    public override string Source => "Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, ICML 2013";

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = recipe["train.clip.norm"].Double() > 0 ? "gradients are clipped by norm already" : "";
        return reason.Length > 0 ? null : recipe.With("train.clip.norm", 1.0);
    }
}

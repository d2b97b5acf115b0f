using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Lets the learning rate fall to 0 along half a cosine, so that the weights come to rest.</summary>
public sealed class CosineDecay : Treatment
{
    /// <inheritdoc/>
    public override string Name => "cosine-decay";

    /// <inheritdoc/>
    public override string Summary => "Lets the learning rate fall to 0 along half a cosine, so that the weights come to rest.";

    /// <inheritdoc/>
    public override string Source => "Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts, ICLR 2017";

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = RateChange.EndsLow(recipe) ? $"the rate falls already ({recipe["train.schedule"].Text()})" : "";
        return reason.Length > 0 ? null : recipe.With("train.schedule", "cosine");
    }
}

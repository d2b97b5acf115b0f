using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Adds noise to the weights where the gradient is small.</summary>
public sealed class SaddleEscapes : Treatment
{
    /// <inheritdoc/>
    public override string Name => "saddle-escape";

    /// <inheritdoc/>
    public override string Summary => "Adds a little noise to the weights where the gradient is small, which leaves saddle points.";

    /// <inheritdoc/>
    public override string Source => "Jin, Ge, Netrapalli, Kakade and Jordan, How to escape saddle points efficiently, ICML 2017";

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe["train.saddle-escape.radius"].Double() > 0;

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = recipe["train.saddle-escape.radius"].Double() > 0 ? "noise is added at small gradients already" : "";
        return reason.Length > 0 ? null : recipe.With("train.saddle-escape.radius", 0.1);
    }
}

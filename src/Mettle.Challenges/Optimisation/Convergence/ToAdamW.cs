using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Adaptive moments with decoupled weight decay in place of plain gradient descent.</summary>
public sealed class ToAdamW : Treatment
{
    /// <inheritdoc/>
    public override string Name => "adamw";

    /// <inheritdoc/>
    public override string Summary => "Adaptive moments with decoupled weight decay in place of plain gradient descent.";

    /// <inheritdoc/>
    public override string Source => "Loshchilov and Hutter, Decoupled weight decay regularization, ICLR 2019";

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        string now = RateChange.Optimizer(recipe);
        reason = now == "adamw" ? "adamw is in use" : "";
        return reason.Length > 0 ? null : now == "adam"
            ? recipe.WithYaml("train.optimizer", "adamw").With("train.optimizer.adamw.rate", RateChange.Rate(recipe))
            : recipe.WithYaml("train.optimizer", "adamw");
    }
}

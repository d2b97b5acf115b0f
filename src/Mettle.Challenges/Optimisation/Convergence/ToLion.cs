using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Steps of one size by the sign of the momentum, with half of the state of Adam.</summary>
public sealed class ToLion : Treatment
{
    /// <inheritdoc/>
    public override string Name => "lion";

    /// <inheritdoc/>
    public override string Summary => "Steps of one size by the sign of the momentum, with half of the state of Adam.";

    /// <inheritdoc/>
    public override string Source => "Chen et al., Symbolic discovery of optimization algorithms, NeurIPS 2023";

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        string now = RateChange.Optimizer(recipe);
        reason = now == "lion" ? "lion is in use" : recipe["train.storage"].Text() != "f32" ? "its state is kept as f32 only" : "";
        double rate = now is "adam" or "adamw" ? RateChange.Rate(recipe) / 5 : 1e-3;
        return reason.Length > 0 ? null : recipe.WithYaml("train.optimizer", "lion").With("train.optimizer.lion.rate", rate);
    }
}

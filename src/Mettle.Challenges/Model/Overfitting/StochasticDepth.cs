using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Skips random residual blocks in training.</summary>
public sealed class StochasticDepth : Treatment
{
    /// <inheritdoc/>
    public override string Name => "stochastic-depth";

    /// <inheritdoc/>
    public override string Summary => "Skips random residual blocks in training.";

    /// <inheritdoc/>
    public override string Source => "Huang, Sun, Liu, Sedra and Weinberger, Deep networks with stochastic depth, ECCV 2016";

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => Uses.ModelField(recipe, "stochastic-depth") > 0;

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        if (!Uses.HasModelField(recipe, "stochastic-depth") || !recipe["model"].Word()["residual"].Bool())
        {
            reason = "stochastic depth needs residual blocks";
            return null;
        }

        if (recipe["model"].Word()["stochastic-depth"].Double() > 0)
        {
            reason = "stochastic depth is in use";
            return null;
        }

        reason = "";
        return recipe.With($"model.{recipe["model"].Text()}.stochastic-depth", 0.1);
    }
}

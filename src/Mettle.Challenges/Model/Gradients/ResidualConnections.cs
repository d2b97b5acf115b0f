using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Adds each block's input to its output, so that signal and gradient have a way around it.</summary>
public sealed class ResidualConnections : Treatment
{
    /// <inheritdoc/>
    public override string Name => "residual-connections";

    /// <inheritdoc/>
    public override string Summary => "Adds each block's input to its output, so that signal and gradient have a way around it.";

    /// <inheritdoc/>
    public override string Source => "He, Zhang, Ren and Sun, Deep residual learning for image recognition, CVPR 2016";

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = Layers.NoResidual(recipe) ?? (recipe["model"].Word()["residual"].Bool() ? "residual connections are in use" : "");
        return reason.Length > 0 ? null : recipe.With($"model.{recipe["model"].Text()}.residual", true);
    }
}

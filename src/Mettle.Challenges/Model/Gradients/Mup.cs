using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Scales learning rates and first output weights by width, so that a rate tuned on a narrow network fits a wide one.</summary>
public sealed class Mup : Treatment
{
    // The width of this project's defaults.
    private const int BaseWidth = 64;

    /// <inheritdoc/>
    public override string Name => "mup";

    /// <inheritdoc/>
    public override string Summary => "Scales learning rates and first output weights by width, so that a rate tuned on a narrow network fits a wide one.";

    /// <inheritdoc/>
    public override string Source => "Yang, Hu, Babuschkin, Sidor, Liu, Farhi, Ryder, Pachocki, Chen and Gao, Tensor Programs V, 2022";

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = recipe["train.mup"].Int() > 0 ? "muP is in use"
            : recipe["model"].Text() != "mlp" ? "muP is stated for fully connected networks here"
            : Widest(recipe) <= BaseWidth ? $"the network is no wider than the {BaseWidth} units that rates are taken to be tuned for"
            : "";
        return reason.Length == 0 ? recipe.With("train.mup", BaseWidth) : null;
    }

    private static int Widest(Recipe recipe)
    {
        var model = recipe["model"].Word();
        return model["depth"].Int() > 0 ? model["width"].Int() : model["hidden"].Ints().DefaultIfEmpty(0).Max();
    }
}

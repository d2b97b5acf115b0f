using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Adds layers, as wide as the last, until there are three; two of recurrent cells.</summary>
public sealed class Deeper : Treatment
{
    private const int Enough = 3, EnoughRecurrent = 2;

    /// <inheritdoc/>
    public override string Name => "deeper";

    /// <inheritdoc/>
    public override string Summary => "Adds layers, as wide as the last, until there are three; two of recurrent cells.";

    /// <inheritdoc/>
    public override string Source => "Telgarsky, Benefits of depth in neural networks, COLT 2016; Simonyan and Zisserman, Very deep convolutional networks, ICLR 2015";

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        var model = recipe["model"].Word();
        if (ModelSizes.LayerList(recipe) is { } list)
        {
            var widths = model[list].Ints();
            reason = widths.Count >= Enough ? $"there are {widths.Count} layers already" : "";
            long width = widths.Count > 0 ? widths[^1] : 64;
            return reason.Length > 0 ? null : recipe.With(ModelSizes.Path(recipe, list), (long[])[.. widths.Select(w => (long)w), .. Enumerable.Repeat(width, Enough - widths.Count)]);
        }

        if (ModelSizes.Layers(recipe) is not { } layers)
        {
            reason = $"the model '{recipe["model"].Text()}' has no setting for its depth";
            return null;
        }

        int enough = recipe["model"].Text() == "rnn" ? EnoughRecurrent : Enough;
        reason = model[layers].Int() >= enough ? $"there are {model[layers].Int()} layers already" : "";
        return reason.Length > 0 ? null : recipe.With(ModelSizes.Path(recipe, layers), enough);
    }
}

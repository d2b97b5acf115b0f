using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>A recipe's <c>train.mup</c>: first weights, rates and decays as they follow from the width at which the rate was tuned.</summary>
internal static class WidthTransfer
{
    private const string Key = "train.mup";

    private static readonly Dictionary<string, UpdateKind> Kinds = new(StringComparer.Ordinal)
    {
        ["sgd"] = UpdateKind.Gradient,
        ["adam"] = UpdateKind.Elementwise,
        ["adamw"] = UpdateKind.Decoupled,
        ["lion"] = UpdateKind.Decoupled,
        ["lamb"] = UpdateKind.Layerwise,
        ["muon"] = UpdateKind.Orthogonal,
    };

    /// <summary>The recipe with its model at the base width; null where nothing changes: muP is off, or the model has that width.</summary>
    public static Recipe? AtBaseWidth(Recipe recipe)
    {
        int width = recipe[Key].Int();
        return width == 0 ? null
            : ModelSizes.Widest(recipe) switch
            {
                null => throw recipe[Key].Problem($"needs a model whose width the recipe sets (mlp, cnn, tabular, rnn, text-cnn), not {recipe["model"].Text()}"),
                0 => throw recipe[Key].Problem("needs a hidden layer; this model has none"),
                var widest => widest == width ? null : ModelSizes.WithWidest(recipe, width),
            };
    }

    /// <summary>The rules for a model, given the one at the base width.</summary>
    public static MaximalUpdate Rules(Recipe recipe, Module model, Module narrow)
    {
        try
        {
            return new MaximalUpdate(model, narrow);
        }
        catch (ArgumentException e)
        {
            throw recipe[Key].Problem($"does not fit: {e.Message}", e);
        }
    }

    /// <summary>The optimiser's groups.</summary>
    public static IReadOnlyList<ParameterGroup> Groups(Recipe recipe, MaximalUpdate rules, bool spareBiases)
    {
        string optimizer = recipe["train.optimizer"].Text();
        return Kinds.TryGetValue(optimizer, out var kind)
            ? rules.Groups(kind, recipe["train.optimizer"].Word()["weight-decay"].Double(), spareBiases)
            : throw recipe[Key].Problem($"has no rule for the optimizer {optimizer}: use one of {string.Join(", ", Kinds.Keys)}");
    }
}

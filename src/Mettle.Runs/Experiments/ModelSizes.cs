namespace Mettle.Runs;

/// <summary>What a recipe says of its model's size, whichever word the model is.</summary>
public static class ModelSizes
{
    // In the order in which models name the sizes of their layers; a list of layers goes before equal ones.
    private static readonly string[] Lists = ["hidden", "widths", "channels"], Numbers = ["hidden", "width", "channels", "filters"];

    /// <summary>The field with a width for each layer, or null.</summary>
    public static string? LayerList(Recipe recipe) => Array.Find(Lists, f => Kind(recipe, f) == FieldKind.IntList && !EqualLayers(recipe));

    /// <summary>The field with one width, or null.</summary>
    public static string? Width(Recipe recipe) => LayerList(recipe) is null ? Array.Find(Numbers, f => Kind(recipe, f) == FieldKind.Int) : null;

    /// <summary>The field with the number of layers, where they are equal, or null.</summary>
    public static string? Layers(Recipe recipe)
        => EqualLayers(recipe) ? "depth" : LayerList(recipe) is null ? Array.Find(["layers", "blocks"], f => Kind(recipe, f) == FieldKind.Int) : null;

    /// <summary>The dotted path of a field of the model.</summary>
    public static string Path(Recipe recipe, string field) => $"model.{recipe["model"].Text()}.{field}";

    /// <summary>Units of the widest layer; 0 where there is no hidden layer, null where the model has no setting for its width.</summary>
    public static int? Widest(Recipe recipe)
        => LayerList(recipe) is { } list ? recipe["model"].Word()[list].Ints().DefaultIfEmpty(0).Max()
            : Width(recipe) is { } one ? recipe["model"].Word()[one].Int() : null;

    /// <summary>Units of the widest layer of the model as it is where the recipe says nothing of its sizes; null as for <see cref="Widest"/>.</summary>
    public static int? UsualWidest(Recipe recipe) => Widest(recipe) is null ? null : Widest(recipe.WithYaml("model", recipe["model"].Text()));

    /// <summary>The recipe with a widest layer of so many units and the others in proportion, rounded down to at least 1.</summary>
    /// <exception cref="InvalidOperationException">The model has no hidden layer or no setting for its width.</exception>
    public static Recipe WithWidest(Recipe recipe, int units)
    {
        int widest = Widest(recipe) is > 0 and var w ? w : throw new InvalidOperationException($"The model '{recipe["model"].Text()}' has no width to set.");
        return LayerList(recipe) is { } list
            ? recipe.With(Path(recipe, list), (long[])[.. recipe["model"].Word()[list].Ints().Select(l => Math.Max(1, (long)l * units / widest))])
            : recipe.With(Path(recipe, Width(recipe)!), units);
    }

    private static bool EqualLayers(Recipe recipe) => Kind(recipe, "depth") == FieldKind.Int && recipe["model"].Word()["depth"].Int() > 0;

    private static FieldKind? Kind(Recipe recipe, string field)
        => recipe.Vocabulary.Find("model", recipe["model"].Text())!.Fields.FirstOrDefault(f => f.Name == field)?.Kind;
}

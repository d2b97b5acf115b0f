using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>What a recipe says of its model's size, whichever word the model is.</summary>
internal static class Sizes
{
    // In the order in which models name the sizes of their layers; a list of layers goes before equal ones.
    private static readonly string[] Lists = ["hidden", "widths", "channels"], Numbers = ["hidden", "width", "channels", "filters"];

    /// <summary>The field with a width for each layer, or null.</summary>
    public static string? LayerList(Recipe r) => Array.Find(Lists, f => Kind(r, f) == FieldKind.IntList && !EqualLayers(r));

    /// <summary>The field with one width, or null.</summary>
    public static string? Width(Recipe r) => LayerList(r) is null ? Array.Find(Numbers, f => Kind(r, f) == FieldKind.Int) : null;

    /// <summary>The field with the number of layers, where they are equal, or null.</summary>
    public static string? Layers(Recipe r) => EqualLayers(r) ? "depth" : LayerList(r) is null ? Array.Find(["layers", "blocks"], f => Kind(r, f) == FieldKind.Int) : null;

    /// <summary>The dotted path of a field of the model.</summary>
    public static string Path(Recipe r, string field) => $"model.{r["model"].Text()}.{field}";

    private static bool EqualLayers(Recipe r) => Kind(r, "depth") == FieldKind.Int && r["model"].Word()["depth"].Int() > 0;

    private static FieldKind? Kind(Recipe r, string field)
        => r.Vocabulary.Find("model", r["model"].Text())!.Fields.FirstOrDefault(f => f.Name == field)?.Kind;
}

using System.Globalization;
using Mettle.Graphs;
using Mettle.Onnx;

namespace Mettle.Web.Drawing;

/// <summary>
/// A picture of a graph as one SVG without scripts or outside parts: operations as boxes in layers from top to bottom, coloured by kind,
/// with their attributes, parameters and share of the work; arrows with types. It follows the reader's light or dark mode, every box and
/// arrow says all about itself when pointed at, and the same graph gives the same bytes.
/// </summary>
public sealed class GraphDrawing
{
    /// <summary>More boxes than this are no picture any more.</summary>
    public const int MostBoxes = 2000;

    private GraphDrawing(Scene scene, string svg) => (Scene, Svg) = (scene, svg);

    /// <summary>The document.</summary>
    public string Svg { get; }

    /// <summary>Number of boxes, those within bodies not counted.</summary>
    public int Boxes => Scene.Boxes.Count;

    internal Scene Scene { get; }

    /// <summary>Draws an ONNX model. Throws <see cref="NotSupportedException"/> where it would have more than <see cref="MostBoxes"/> boxes.</summary>
    /// <param name="model">The model.</param>
    /// <param name="shapes">What is known of its shapes; null: no types, no work.</param>
    /// <param name="open">
    /// How far to open it. 1: chains of light operations share a box, bodies are named; 2: each operation has its box, bodies are drawn;
    /// 3: arithmetic on shapes too.
    /// </param>
    public static GraphDrawing Of(OnnxModel model, OnnxShapes? shapes, int open = 1)
    {
        var content = OnnxSketch.Of(model, shapes, open);
        long flops = shapes?.Usual.Total.Flops ?? 0;
        string opset = string.Join(", ", model.OpsetImports.OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => o.Key.Length == 0 ? $"operator set {N(o.Value)}" : $"{o.Key} {N(o.Value)}"));
        var facts = new List<string> { model.Producer.Length > 0 ? $"{opset} · written by {model.Producer}" : opset };
        string folded = Joined([Counted(content.Constants, "constant"), Counted(content.ShapeNodes, "step of arithmetic on shapes", "steps of arithmetic on shapes")]);
        facts.Add($"{Counted(model.Graph.Nodes.Count, "node")}{(folded.Length > 0 ? $", {folded} not drawn" : "")}");
        string at = shapes is null ? "" : string.Join(", ", shapes.Usual.Sizes.Select(s => $"{s.Key} = {N(s.Value)}"));
        facts.Add($"{Counted(content.Parameters, "parameter")}{(shapes is null ? "" : $" · {Amount(flops)}FLOPs a call{(at.Length > 0 ? $" at {at}" : "")}")}");
        if (shapes is not null)
        {
            facts.AddRange(shapes.Sizes.Select(s => s.ToString()));
        }

        return Draw(content.Sketch, Path.GetFileNameWithoutExtension(model.Source), facts, flops, open);
    }

    /// <summary>Draws a traced graph, as above.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="title">What it is.</param>
    /// <param name="parameters">Names of its constants.</param>
    /// <param name="open">1: chains of light operations share a box; 2: each operation has its box.</param>
    public static GraphDrawing Of(Graph graph, string title, IReadOnlyDictionary<Tensor, string>? parameters = null, int open = 1)
    {
        long elements = graph.Constants.Where(c => c.Spec.DType.IsFloat()).Sum(c => c.Spec.Shape.Count);
        string[] facts = [$"{Counted(graph.Nodes.Count, "operation")} · {Counted(elements, "parameter")} · {Amount(graph.Flops)}FLOPs a call"];
        return Draw(GraphSketch.Of(graph, parameters), title, facts, graph.Flops, open);
    }

    private static GraphDrawing Draw(Sketch sketch, string title, IReadOnlyList<string> facts, long flops, int open)
    {
        int most = sketch.Steps.Count + sketch.Inputs.Count + sketch.Outputs.Count;
        if (open >= 2 && most > MostBoxes)
            throw new NotSupportedException($"with every operation opened the drawing would have {N(most)} boxes, more than {N(MostBoxes)}; draw it less open.");
        var scene = Scene.Of(sketch, flops, folds: open < 2);
        return new(scene, SceneSvg.Write(scene, title, facts));
    }

    private static string Joined(string[] parts) => string.Join(" and ", parts.Where(p => !p.StartsWith("0 ", StringComparison.Ordinal)));

    private static string Counted(long count, string one, string? many = null) => $"{N(count)} {(count == 1 ? one : many ?? one + "s")}";

    private static string Amount(long flops) => flops switch
    {
        >= 1_000_000_000 => (flops / 1e9).ToString("0.##", CultureInfo.InvariantCulture) + " G",
        >= 1_000_000 => (flops / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + " M",
        >= 1_000 => (flops / 1e3).ToString("0.##", CultureInfo.InvariantCulture) + " k",
        _ => N(flops) + " ",
    };

    private static string N(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}

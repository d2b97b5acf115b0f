using System.Globalization;
using Mettle.Onnx;

namespace Mettle.Web.Drawing;

/// <summary>An ONNX model as a sketch: constants go into the operations that read them, arithmetic on shapes is left out unless asked for.</summary>
internal sealed class OnnxSketch
{
    private const int MostFacts = 24;

    private readonly OnnxModel _model;
    private readonly OnnxShapes? _shapes;
    private readonly int _open;

    private OnnxSketch(OnnxModel model, OnnxShapes? shapes, int open) => (_model, _shapes, _open) = (model, shapes, open);

    /// <summary>Nodes of the main graph that are not drawn because they make constants.</summary>
    public int Constants { get; private set; }

    /// <summary>Nodes that are not drawn because they only compute shapes.</summary>
    public int ShapeNodes { get; private set; }

    /// <summary>Number of elements of constant floats and small integers: what the model has learned.</summary>
    public long Parameters { get; private set; }

    /// <summary>The drawing's content.</summary>
    public Sketch Sketch { get; private set; } = new([], [], [], new Dictionary<string, string>(StringComparer.Ordinal));

    public static OnnxSketch Of(OnnxModel model, OnnxShapes? shapes, int open)
    {
        var sketch = new OnnxSketch(model, shapes, open);
        sketch.Sketch = sketch.Graph(model.Graph, new Dictionary<string, OnnxValue>(StringComparer.Ordinal), [], isMain: true);
        sketch.Parameters = Counted(model.Graph).Concat(model.Functions.SelectMany(f => f.Nodes).SelectMany(Constant)).Sum();
        return sketch;
    }

    private static IEnumerable<long> Counted(OnnxGraph graph)
        => graph.Initializers.Values.Select(Elements).Concat(graph.Nodes.SelectMany(Constant))
            .Concat(graph.Nodes.SelectMany(n => n.Attributes.Values).Select(a => a.Graph).OfType<OnnxGraph>().SelectMany(Counted));

    private static IEnumerable<long> Constant(OnnxNode node)
        => node is { Domain: "", Operator: "Constant" } ? node.Attributes.Values.Select(a => Elements(a.Value)) : [];

    private static long Elements(OnnxValue? value)
        => value is TensorValue t && (t.Type.IsFloat() || t.Type is ElementType.I8 or ElementType.U8 or ElementType.I4 or ElementType.U4) && t.Tensor.Rank > 0 ? t.Tensor.Count : 0;

    private Sketch Graph(OnnxGraph graph, Dictionary<string, OnnxValue> outerConstants, IEnumerable<string> outerFolded, bool isMain)
    {
        var constants = new Dictionary<string, OnnxValue>(outerConstants, StringComparer.Ordinal);
        foreach (var (name, value) in graph.Initializers)
            constants[name] = value;
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var port in graph.Inputs.Concat(graph.Outputs))
        {
            if (port.Type is { } type)
                types[port.Name] = TypeText.Of(type);
        }

        if (isMain && _shapes is not null)
        {
            foreach (var (name, type) in _shapes.Values)
                types[name] = TypeText.Of(type);
        }

        var inputs = graph.Required.Select(p => p.Name).ToList();
        var known = inputs.ToHashSet(StringComparer.Ordinal);
        var folded = graph.Initializers.Keys.Concat(outerFolded).ToHashSet(StringComparer.Ordinal);
        var steps = new List<Step>();
        foreach (var node in graph.Nodes)
        {
            if (Folds(node, folded, isMain))
            {
                folded.UnionWith(node.Outputs);
                if (node is { Domain: "", Operator: "Constant" } && node.Attributes.GetValueOrDefault("value")?.Value is { } value)
                    constants[node.Outputs[0]] = value;
                continue;
            }

            steps.Add(Step(node, folded, constants, types, isMain));
            known.UnionWith(node.Outputs);
        }

        // A body reads what stands around it; those values come in at its top.
        var around = steps.SelectMany(s => s.Inputs).Concat(graph.Outputs.Select(o => o.Name)).Where(n => !known.Contains(n) && !folded.Contains(n)).Distinct(StringComparer.Ordinal).ToList();
        return new([.. inputs, .. around], steps, [.. graph.Outputs.Select(o => o.Name)], types);
    }

    private bool Folds(OnnxNode node, HashSet<string> folded, bool isMain)
    {
        var outputs = node.Outputs.Where(o => o.Length > 0).ToList();
        if (isMain && outputs.Exists(o => _model.Graph.Outputs.Any(p => p.Name == o)))
            return false;
        if (!isMain || _shapes is null)
        {
            bool isConstant = node.Inputs.All(i => i.Length == 0 || folded.Contains(i)) && node.Attributes.Values.All(a => a.Graph is null);
            Constants += isConstant && isMain ? 1 : 0;
            return isConstant;
        }

        if (outputs.TrueForAll(_shapes.Constants.Contains))
        {
            Constants++;
            return true;
        }

        bool onShapes = outputs.TrueForAll(o => !_shapes.Data.Contains(o)) && _open < 3;
        ShapeNodes += onShapes ? 1 : 0;
        return onShapes;
    }

    private Step Step(OnnxNode node, HashSet<string> folded, Dictionary<string, OnnxValue> constants, Dictionary<string, string> types, bool isMain)
    {
        var family = Families.Of(node.Operator);
        var weights = node.Inputs.Select((name, i) => (Name: name, Index: i, Tensor: constants.GetValueOrDefault(name) as TensorValue)).Where(w => w.Tensor is not null).ToList();
        var bodies = new List<(string, OnnxGraph)>();
        foreach (var a in node.Attributes.Values.Where(a => a.Graph is not null))
            bodies.Add((a.Name.Replace('_', ' '), a.Graph!));
        if (Function(node) is { } function)
            bodies.Add(("function", new OnnxGraph(function.Name, [.. function.Inputs.Select(i => new OnnxPort(i, null))], [.. function.Outputs.Select(o => new OnnxPort(o, null))], new Dictionary<string, OnnxValue>(StringComparer.Ordinal), function.Nodes)));
        var free = bodies.Where(b => b.Item1 != "function").SelectMany(b => Free(b.Item2));
        string detail = OnnxDetail.Of(node, weights.ConvertAll(w => (w.Index, w.Tensor!)));
        return new(node.Operator, family, [.. node.Inputs.Concat(free).Where(i => i.Length > 0 && !folded.Contains(i)).Distinct(StringComparer.Ordinal)], [.. node.Outputs.Where(o => o.Length > 0)])
        {
            Detail = detail.Length > 0 || bodies.Count == 0 || _open >= 2 ? detail : string.Join("; ", bodies.Select(b => Listed(b.Item1, b.Item2))),
            Parameters = string.Join(" + ", weights.Where(w => w.Tensor!.Tensor is { Rank: > 0, Count: > 1 } && w.Tensor.Type is not (ElementType.I64 or ElementType.I32)).Select(w => TypeText.Of(w.Tensor!.Tensor.Shape)).Take(2)),
            Facts = Facts(node, weights.ConvertAll(w => (w.Name, w.Tensor!)), types),
            Flops = isMain && _shapes?.Usual.Nodes.TryGetValue(node, out var cost) is true ? cost.Flops : 0,
            Bodies = _open < 2 ? [] : [.. bodies.Select(b => (b.Item1, b.Item1 == "function"
                ? Graph(b.Item2, new Dictionary<string, OnnxValue>(StringComparer.Ordinal), [], isMain: false)
                : Graph(b.Item2, constants, folded, isMain: false)))],
        };
    }

    private OnnxFunction? Function(OnnxNode node) => _model.Functions.FirstOrDefault(f => f.Domain == node.Domain && f.Name == node.Operator && (f.Overload == node.Overload || node.Overload.Length == 0));

    private static string Listed(string caption, OnnxGraph body)
    {
        var counts = body.Nodes.Where(n => n.Operator != "Constant").GroupBy(n => n.Operator, StringComparer.Ordinal).OrderBy(g => Families.IsLight(Families.Of(g.Key))).ThenByDescending(g => g.Count()).ToList();
        string shown = string.Join(", ", counts.Take(3).Select(g => g.Count() > 1 ? $"{g.Key} ×{g.Count()}" : g.Key));
        return $"{caption}: {(counts.Count == 0 ? "passes on" : shown)}{(counts.Count > 3 ? ", …" : "")}";
    }

    private static IEnumerable<string> Free(OnnxGraph graph)
    {
        var own = graph.Nodes.SelectMany(n => n.Outputs).Concat(graph.Inputs.Select(i => i.Name)).Concat(graph.Initializers.Keys).ToHashSet(StringComparer.Ordinal);
        return graph.Nodes.SelectMany(n => n.Inputs.Concat(n.Attributes.Values.Select(a => a.Graph).OfType<OnnxGraph>().SelectMany(Free)))
            .Concat(graph.Outputs.Select(o => o.Name)).Where(n => n.Length > 0 && !own.Contains(n));
    }

    private static List<string> Facts(OnnxNode node, List<(string Name, TensorValue Tensor)> weights, Dictionary<string, string> types)
    {
        var facts = new List<string> { node.Domain.Length == 0 ? node.Operator : $"{node.Operator} ({node.Domain})" };
        if (node.Name.Length > 0)
            facts.Add($"name {node.Name}");
        facts.AddRange(node.Attributes.Values.Select(a => $"{a.Name} {OnnxDetail.Text(a)}"));
        facts.AddRange(weights.Select(w => $"constant {w.Name}: {w.Tensor.Describe()}"));
        facts.AddRange(node.Outputs.Where(o => o.Length > 0).Select(o => $"result {o}{(types.TryGetValue(o, out string? type) ? $": {type}" : "")}"));
        if (facts.Count > MostFacts)
            facts = [.. facts.Take(MostFacts), string.Create(CultureInfo.InvariantCulture, $"and {facts.Count - MostFacts} more")];
        return facts;
    }
}

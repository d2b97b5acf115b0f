using Mettle.Onnx;

namespace Mettle.Cli.Models;

/// <summary>What an ONNX file is made of.</summary>
internal sealed record ModelStructure
{
    public required string Producer { get; init; }

    public required long IrVersion { get; init; }

    /// <summary>Versions of the operator sets by domain.</summary>
    public required IReadOnlyDictionary<string, int> Opsets { get; init; }

    public required IReadOnlyList<OnnxPort> Inputs { get; init; }

    public required IReadOnlyList<OnnxPort> Outputs { get; init; }

    /// <summary>How often each operator occurs, bodies and functions included; most frequent first.</summary>
    public required IReadOnlyList<(string Domain, string Operator, int Count)> Operators { get; init; }

    /// <summary>Elements of the initialisers that are fractions.</summary>
    public required long Parameters { get; init; }

    /// <summary>Number of initialisers, and their bytes, by element type.</summary>
    public required IReadOnlyList<(string Type, int Count, long Bytes)> Initializers { get; init; }

    public required IReadOnlyList<string> Functions { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    public static ModelStructure Of(OnnxModel model)
    {
        var tensors = Graphs(model.Graph).SelectMany(g => g.Initializers.Values).OfType<TensorValue>().ToList();
        return new ModelStructure
        {
            Producer = model.Producer,
            IrVersion = model.IrVersion,
            Opsets = model.OpsetImports.ToDictionary(o => Domain(o.Key), o => o.Value, StringComparer.Ordinal),
            Inputs = [.. model.Graph.Required],
            Outputs = model.Graph.Outputs,
            Operators = [.. Nodes(model).GroupBy(n => (n.Domain, n.Operator)).Select(g => (Domain(g.Key.Domain), g.Key.Operator, g.Count())).OrderByDescending(o => o.Item3).ThenBy(o => o.Operator, StringComparer.Ordinal)],
            Parameters = tensors.Where(t => t.Type.IsFloat()).Sum(t => t.Tensor.Count),
            Initializers = [.. tensors.GroupBy(t => t.Type).OrderBy(g => g.Key).Select(g => (g.Key.ToString().ToLowerInvariant(), g.Count(), g.Sum(t => t.Tensor.Spec.Bytes)))],
            Functions = [.. model.Functions.Select(f => f.Name)],
            Metadata = model.Metadata,
        };
    }

    /// <summary>All nodes, those of bodies and functions included.</summary>
    public static IEnumerable<OnnxNode> Nodes(OnnxModel model)
        => Graphs(model.Graph).SelectMany(g => g.Nodes).Concat(model.Functions.SelectMany(f => f.Nodes.Concat(f.Nodes.SelectMany(Bodies).SelectMany(Graphs).SelectMany(g => g.Nodes))));

    /// <summary>A graph and the bodies within it.</summary>
    public static IEnumerable<OnnxGraph> Graphs(OnnxGraph graph) => graph.Nodes.SelectMany(Bodies).SelectMany(Graphs).Prepend(graph);

    private static IEnumerable<OnnxGraph> Bodies(OnnxNode node) => node.Attributes.Values.Select(a => a.Graph).OfType<OnnxGraph>();

    private static string Domain(string domain) => domain.Length == 0 ? "ai.onnx" : domain;
}

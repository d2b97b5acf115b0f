namespace Mettle.Graphs.Quantization;

/// <summary>Layers to quantise and the ranges of activations, by their numbers in the simplified graph: holds for other batch sizes too.</summary>
public sealed class QuantizationChoice
{
    private readonly IReadOnlyList<string> ops;
    private readonly IReadOnlySet<int> layers;
    private readonly IReadOnlyDictionary<int, ValueRange> ranges;

    internal QuantizationChoice(Graph graph, IReadOnlyCollection<QuantizableLayer> chosen, IReadOnlyDictionary<Value, ValueRange> ranges)
    {
        ops = Ops(graph);
        layers = QuantizableLayer.All(graph).Select((l, i) => (l.Name, i)).Where(p => chosen.Any(c => c.Name == p.Name)).Select(p => p.i).ToHashSet();
        var numbers = Values(graph).Select((v, i) => (v, i)).ToDictionary(p => p.v, p => p.i);
        this.ranges = ranges.ToDictionary(r => numbers[r.Key], r => r.Value);
    }

    /// <summary>Whether no layer is quantised.</summary>
    public bool IsEmpty => layers.Count == 0;

    /// <summary>
    /// The graph with quantise and dequantise nodes. It must be the one the choice was made for, or a trace of the same model for another batch size; else throws
    /// <see cref="ArgumentException"/>.
    /// </summary>
    public Graph Apply(Graph graph)
    {
        graph = Quantizer.Prepare(graph);
        var found = Ops(graph);
        if (!found.SequenceEqual(ops))
        {
            int at = found.Zip(ops).TakeWhile(p => p.First == p.Second).Count();
            throw new ArgumentException(
                $"The choice of layers was made for another graph: op {at} is {found.ElementAtOrDefault(at) ?? "missing"} here and {ops.ElementAtOrDefault(at) ?? "missing"} there.");
        }

        var values = Values(graph).ToList();
        return QuantizationNodes.Insert(
            graph,
            [.. QuantizableLayer.All(graph).Where((_, i) => layers.Contains(i))],
            ranges.ToDictionary(r => values[r.Key], r => r.Value));
    }

    private static IReadOnlyList<string> Ops(Graph graph) => [.. graph.Nodes.Select(n => n.Op.Name)];

    private static IEnumerable<Value> Values(Graph graph) => graph.Inputs.Concat(graph.Nodes.SelectMany(n => n.Outputs));
}

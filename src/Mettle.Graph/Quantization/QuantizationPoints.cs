namespace Mettle.Graphs.Quantization;

/// <summary>
/// Which values are rounded to levels, given the layers to quantise: their operands, and what those are moved or pooled from, back to the
/// layer that made it, so that it stays in 8 bits all the way.
/// </summary>
internal sealed class QuantizationPoints
{
    private readonly Dictionary<Value, GraphNode> makers;
    private readonly Dictionary<Value, Value> parents = [];
    private readonly HashSet<Value> endings;
    private readonly HashSet<Value> points = [];

    private QuantizationPoints(Graph graph, IEnumerable<QuantizableLayer> layers)
    {
        makers = graph.Nodes.SelectMany(n => n.Outputs.Select(o => (o, n))).ToDictionary(p => p.o, p => p.n);
        endings = [.. layers.Select(l => l.Ending)];
        foreach (var layer in layers)
        {
            Add(layer.Input);
        }
    }

    /// <summary>The values, in the order of the graph.</summary>
    public static IReadOnlyList<Point> Of(Graph graph, IReadOnlyCollection<QuantizableLayer> layers)
    {
        var found = new QuantizationPoints(graph, layers);
        return [.. graph.Inputs.Concat(graph.Nodes.SelectMany(n => n.Outputs)).Where(found.points.Contains).Select(v => new Point(v, found.Root(v)))];
    }

    private void Add(Value value)
    {
        if (value.Constant is not null || !points.Add(value))
        {
            return;
        }

        if (IsMovement(value) && ComesFromLayer(value))
        {
            foreach (var operand in makers[value].Inputs)
            {
                Add(operand);
                parents[Root(operand)] = Root(value);
            }
        }
    }

    private bool IsMovement(Value value)
        => makers.TryGetValue(value, out var node) && ReferenceEquals(node.Outputs[0], value) && node.Op is Reshape or Permute or Slice or Concat or MaxPool
            && node.Inputs.All(v => v.Constant is null);

    private bool ComesFromLayer(Value value) => endings.Contains(value) || (IsMovement(value) && makers[value].Inputs.Any(ComesFromLayer));

    // Values that share their levels have one root.
    private Value Root(Value value)
    {
        while (parents.TryGetValue(value, out var parent) && !ReferenceEquals(parent, value))
        {
            value = parent;
        }

        return value;
    }

    /// <summary>A value to be rounded, and the one that stands for all which share its range.</summary>
    internal readonly record struct Point(Value Value, Value Group);
}

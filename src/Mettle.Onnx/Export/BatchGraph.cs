using Mettle.Graphs;

namespace Mettle.Onnx;

/// <summary>
/// A graph whose values' dimensions are numbers or multiples of the batch size. Found by comparing two traces, node by node: what
/// differs between them depends on the batch.
/// </summary>
internal sealed class BatchGraph
{
    private readonly Dictionary<Value, Dim[]> dims = [];
    private readonly Dictionary<Value, Value> twins = [];
    private readonly Dictionary<GraphNode, GraphNode> nodes = new(ReferenceEqualityComparer.Instance);
    private readonly string name;
    private readonly (int First, int Second) sizes;

    private BatchGraph(string name, Graph graph, int first, int second) => (this.name, Graph, sizes) = (name, graph, (first, second));

    /// <summary>The trace at the first batch size.</summary>
    public Graph Graph { get; }

    /// <summary>A graph for its own shapes only.</summary>
    public static BatchGraph Fixed(Graph graph, string name) => new(name, graph, 1, 1);

    /// <summary>Two traces of one model. Throws <see cref="OnnxException"/> where they differ in more than dimensions.</summary>
    public static BatchGraph Compare(Graph first, Graph second, int n, int m, string name)
    {
        var pair = new BatchGraph(name, first, n, m);
        pair.Compare(second);
        return pair;
    }

    /// <summary>Dimensions of a value.</summary>
    public Dim[] Dims(Value value)
    {
        if (!dims.TryGetValue(value, out var found))
        {
            dims[value] = found = Dim.Of(value.Spec.Shape.Dims);
        }

        return found;
    }

    /// <summary>The same node in the other trace; itself if there is none.</summary>
    public GraphNode Twin(GraphNode node) => nodes.GetValueOrDefault(node, node);

    /// <summary>The same value in the other trace; itself if there is none.</summary>
    public Value Twin(Value value) => twins.GetValueOrDefault(value, value);

    /// <summary>Fails: a dynamic batch cannot be written.</summary>
    public OnnxException Bad(string problem)
        => new(name, $"the batch size cannot be left open: {problem} Export a fixed batch size instead.");

    private void Compare(Graph second)
    {
        if (Graph.Inputs.Count != second.Inputs.Count || Graph.Outputs.Count != second.Outputs.Count || Graph.Nodes.Count != second.Nodes.Count)
        {
            throw Bad($"at {sizes.First} the model takes {Graph.Nodes.Count} operations, at {sizes.Second} it takes {second.Nodes.Count}.");
        }

        Match(Graph.Inputs, second.Inputs, "an input");
        for (int i = 0; i < Graph.Nodes.Count; i++)
        {
            var (a, b) = (Graph.Nodes[i], second.Nodes[i]);
            if (a.Op.GetType() != b.Op.GetType() || a.Inputs.Count != b.Inputs.Count)
            {
                throw Bad($"operation {i} is {a.Op.Name} at {sizes.First} and {b.Op.Name} at {sizes.Second}.");
            }

            nodes[a] = b;
            Match(a.Inputs, b.Inputs, $"an operand of {a.Op.Name}");
            Match(a.Outputs, b.Outputs, $"a result of {a.Op.Name}");
        }

        Match(Graph.Outputs, second.Outputs, "an output");
        if (!Graph.Inputs.Any(i => Dims(i).Any(d => d.PerBatch == 1)))
        {
            throw Bad("no input's shape depends on it.");
        }
    }

    private void Match(IReadOnlyList<Value> first, IReadOnlyList<Value> second, string what)
    {
        for (int i = 0; i < first.Count; i++)
        {
            var (a, b) = (first[i], second[i]);
            if (twins.TryGetValue(a, out var known))
            {
                if (!ReferenceEquals(known, b) && a.Constant is null)
                {
                    throw Bad($"{what} is not the same value at {sizes.First} and {sizes.Second}.");
                }

                continue;
            }

            if (a.Spec.DType != b.Spec.DType || a.Spec.Shape.Rank != b.Spec.Shape.Rank || (a.Constant is null) != (b.Constant is null))
            {
                throw Bad($"{what} is {a.Spec} at {sizes.First} and {b.Spec} at {sizes.Second}.");
            }

            twins[a] = b;
            dims[a] = [.. Enumerable.Range(0, a.Spec.Shape.Rank).Select(k => Dim.Common(a.Spec.Shape[k], b.Spec.Shape[k], sizes.First, sizes.Second)
                ?? throw Bad($"axis {k} of {what} is {a.Spec.Shape[k]} at {sizes.First} and {b.Spec.Shape[k]} at {sizes.Second}, no multiple of it."))];
            if (a.Constant is { } x && b.Constant is { } y && !Same(x, y, dims[a]))
            {
                throw Bad($"{what}, a constant {a.Spec}, has values that depend on it.");
            }
        }
    }

    // Along the batch a constant must be the same everywhere.
    private static bool Same(Tensor x, Tensor y, Dim[] dims)
    {
        if (ReferenceEquals(x, y))
        {
            return true;
        }

        using var scope = MemoryScope.Begin();
        int[] open = [.. Enumerable.Range(0, dims.Length).Where(i => !dims[i].IsFixed)];
        return open.All(a => IsConstantAlong(x, a) && IsConstantAlong(y, a))
            && Firsts(x, open).ToBytes().AsSpan().SequenceEqual(Firsts(y, open).ToBytes());
    }

    /// <summary>Whether all elements along an axis have the same bits.</summary>
    public static bool IsConstantAlong(Tensor t, int axis)
        => t.Shape[axis] > 0 && t.ToBytes().AsSpan().SequenceEqual(t.Narrow(axis, 0, 1).Broadcast(t.Shape).ToBytes());

    /// <summary>The first element along each of <paramref name="axes"/>, which keep a length of 1.</summary>
    public static Tensor Firsts(Tensor t, IEnumerable<int> axes) => axes.Aggregate(t, (x, a) => x.Narrow(a, 0, 1));
}

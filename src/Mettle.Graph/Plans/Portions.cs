namespace Mettle.Graphs;

/// <summary>
/// A graph whose images do not see one another, for fewer of them: what one portion of a batch needs stays in the nearer caches, where the values
/// of a whole batch would pass through memory from op to op. Whether and how small follows from shapes alone.
/// </summary>
internal sealed class Portions
{
    // What an op reads and writes should stay in the second-level cache, or not far beyond it.
    private const long PortionBytes = 2 << 20;

    // A product of fewer rows waits for its weights, which every portion reads anew.
    private const int FewRows = 32;

    private readonly Dictionary<Value, Value> parts = [];
    private readonly int all;
    private readonly int size;

    private Portions(int all, int size) => (this.all, this.size) = (all, size);

    /// <summary>The graph for a portion of the batch, and how many portions there are; the graph itself and 1 if it is better done at once.</summary>
    public static (Graph Graph, int Count) Of(Graph graph)
    {
        if (graph.Inputs.Count == 0 || graph.Inputs[0].Spec.Shape is not { Rank: > 0 } first || first[0] < 2 || graph.Nodes.Count == 0)
        {
            return (graph, 1);
        }

        int images = first[0];
        long most = graph.Nodes.Where(n => n.Op is not ViewOp).Select(Bytes).DefaultIfEmpty().Max();
        int few = (int)Math.Clamp(PortionBytes * images / Math.Max(1, most), 1, images);
        while (images % few != 0)
        {
            few--;
        }

        if (few == images || Reread(graph, few) * (images / few) > graph.Nodes.Sum(Bytes) / 4)
        {
            return (graph, 1);
        }

        using var scope = MemoryScope.Begin("portions");
        using var quiet = Autograd.NoGrad();
        return new Portions(images, few).Cut(graph) is { } part ? (part, images / few) : (graph, 1);
    }

    private static long Bytes(GraphNode node) => node.Inputs.Where(v => v.Constant is null).Concat(node.Outputs).Sum(v => v.Spec.Bytes);

    // Weights that all portions read, beside little else.
    private static long Reread(Graph graph, int images)
        => graph.Nodes.Where(n => n.Op is Affine or MatMul && n.Inputs[0].Spec.Shape is var x && x.Count / Math.Max(1, x[^1]) / Math.Max(1, x[0]) * images < FewRows)
            .Sum(n => n.Inputs[1].Spec.Bytes);

    private Graph? Cut(Graph graph)
    {
        foreach (var input in graph.Inputs)
        {
            if (!IsWhole(input.Spec.Shape))
            {
                return null;
            }

            parts[input] = new Value(Cut(input.Spec), input.Name);
        }

        var nodes = new List<GraphNode>();
        foreach (var node in graph.Nodes)
        {
            if (!node.Inputs.Any(parts.ContainsKey))
            {
                nodes.Add(node);
            }
            else if (Cut(node) is { } part)
            {
                nodes.Add(part);
            }
            else
            {
                return null;
            }
        }

        return graph.Outputs.All(parts.ContainsKey) ? new Graph(graph.Inputs.Select(v => parts[v]), nodes, graph.Outputs.Select(v => parts[v])) : null;
    }

    private GraphNode? Cut(GraphNode node)
    {
        if (!node.Outputs.All(v => IsWhole(v.Spec.Shape)) || Cut(node, node.Inputs[0].Spec.Shape) is not { } op)
        {
            return null;
        }

        // Weights stay what they are; what lies beside images has images too.
        bool hasWeights = node.Op is ConvolutionOp or ConvInference or Affine or BatchNormInference or LayerNormalization or IndexSelect
            || (node.Op is MatMul && node.Inputs[1].Spec.Shape.Rank == 2 && !parts.ContainsKey(node.Inputs[1]));
        var inputs = new List<Value>();
        for (int i = 0; i < node.Inputs.Count; i++)
        {
            var input = node.Inputs[i];
            bool isWeight = hasWeights && i > 0 && input.Spec != node.Outputs[0].Spec;
            var part = parts.TryGetValue(input, out var cut) ? (isWeight ? null : cut) : isWeight ? input : Repeated(input);
            if (part is null)
            {
                return null;
            }

            inputs.Add(part);
        }

        var outputs = op.Infer([.. inputs.Select(v => v.Spec)]);
        for (int i = 0; i < outputs.Length; i++)
        {
            if (outputs[i] != Cut(node.Outputs[i].Spec))
            {
                return null;
            }

            parts[node.Outputs[i]] = new Value(outputs[i], node.Outputs[i].Name);
        }

        return new(op, inputs, [.. node.Outputs.Select(v => parts[v])]);
    }

    // The op for fewer images, if it does to each what it does to all.
    private Op? Cut(GraphNode node, Shape x) => node.Op switch
    {
        ElementwiseOp or FusedUnary or Conv or ConvInference or WindowMax or MaxPool or AvgPool or BatchNormInference => node.Op,
        Affine when x.Rank > 1 => node.Op,
        MatMul when x.Rank > 1 && parts.ContainsKey(node.Inputs[0]) && (x.Rank > 2 || !parts.ContainsKey(node.Inputs[1])) => node.Op,
        LayerNormalization norm when norm.Axes < x.Rank => node.Op,
        SoftmaxOp { Axis: > 0 } or Concat { Axis: > 0 } or SplitAxis { Axis: > 0 } or IndexSelect { Axis: > 0, Shared: 0 } => node.Op,
        Reduction reduction when reduction.Axes.Count > 0 && !reduction.Axes.Contains(0) => node.Op,
        Pad pad when pad.Before[0] == 0 && pad.After[0] == 0 => node.Op,
        Permute permute when permute.Order[0] == 0 => node.Op,
        Reshape => new Reshape(node.Outputs[0].Spec.Shape.With(0, size)),
        Broadcast when x.Rank == node.Outputs[0].Spec.Shape.Rank && IsWhole(x) => new Broadcast(node.Outputs[0].Spec.Shape.With(0, size)),
        Slice slice when slice.Starts[0] == 0 && slice.Steps[0] == 1 => new Slice([.. slice.Starts], [size, .. slice.Sizes.Skip(1)], [.. slice.Steps]),
        _ => null,
    };

    // A portion of a constant whose portions are all alike.
    private Value? Repeated(Value value)
    {
        if (value.Constant is not { } tensor || !IsWhole(value.Spec.Shape))
        {
            return null;
        }

        var first = tensor.Narrow(0, 0, size);
        if (tensor.Strides[0] != 0)
        {
            byte[] bytes = first.ToBytes();
            for (int at = size; at < all; at += size)
            {
                if (!tensor.Narrow(0, at, at + size).ToBytes().AsSpan().SequenceEqual(bytes))
                {
                    return null;
                }
            }
        }

        return new Value(first.Persist(), value.Name);
    }

    private bool IsWhole(Shape shape) => shape.Rank > 0 && shape[0] == all;

    private TensorSpec Cut(TensorSpec spec) => spec with { Shape = spec.Shape.With(0, size) };
}

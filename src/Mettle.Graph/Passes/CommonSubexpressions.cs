namespace Mettle.Graphs.Passes;

/// <summary>Computes once what is computed more than once: the same op with the same attributes on the same operands.</summary>
public static class CommonSubexpressions
{
    // Constants up to this many elements are compared by what they hold, larger ones by where they lie.
    private const int Small = 64;

    /// <summary>The graph without the repetitions; the same bits.</summary>
    public static Graph Run(Graph graph)
    {
        var known = new Dictionary<(Type Op, Value Operand), List<GraphNode>>();
        return Rewriting.Run(graph, (_, node) =>
        {
            if (node.Inputs.FirstOrDefault(v => v.Constant is null) is not { } operand)
            {
                return null;
            }

            var key = (node.Op.GetType(), operand);
            if (!known.TryGetValue(key, out var others))
            {
                known[key] = others = [];
            }

            if (others.Find(other => IsSame(node, other)) is { } same)
            {
                return same.Outputs;
            }

            others.Add(node);
            return null;
        });
    }

    private static bool IsSame(GraphNode a, GraphNode b)
    {
        bool same = a.Inputs.Count == b.Inputs.Count && a.Op.IsSameAs(b.Op);
        for (int i = 0; same && i < a.Inputs.Count; i++)
        {
            same = IsSame(a.Inputs[i], b.Inputs[i]);
        }

        return same;
    }

    private static bool IsSame(Value a, Value b)
    {
        if (ReferenceEquals(a, b))
        {
            return true;
        }

        if (a.Constant is not { } x || b.Constant is not { } y || x.Spec != y.Spec)
        {
            return false;
        }

        bool together = ReferenceEquals(x.Storage, y.Storage) && x.Offset == y.Offset && x.Strides.AsSpan().SequenceEqual(y.Strides);
        return together
            || (!x.RequiresGrad && !y.RequiresGrad && x.Count <= Small && x.ToBytes().AsSpan().SequenceEqual(y.ToBytes()));
    }
}

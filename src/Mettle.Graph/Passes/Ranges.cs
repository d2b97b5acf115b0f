namespace Mettle.Graphs.Passes;

/// <summary>
/// Comparisons of whole numbers that always come out the same, such as whether a place in a table lies before its beginning, and choices
/// made by them. The same bits.
/// </summary>
public static class Ranges
{
    /// <summary>The graph without them.</summary>
    public static Graph Run(Graph graph)
    {
        var known = new Dictionary<Value, (long, long)?>();
        return Rewriting.Run(graph, (walk, node) => node.Op switch
        {
            Less or LessEqual or Equal when Decided(walk, node, known) is { } holds => [Rewriting.Constant(Tensor.Full(new Shape(), holds ? 1 : 0, DType.Bool).Broadcast(node.Outputs[0].Spec.Shape))],
            Where when node.Inputs[0].Uniform() is { } condition => [node.Inputs[condition == 0 ? 2 : 1]],
            _ => null,
        });
    }

    /// <summary>Least and largest that an element of a tensor of whole numbers can be, as far as that is known; null if it is not.</summary>
    internal static (long Least, long Most)? Of(Rewriting walk, Value value, Dictionary<Value, (long, long)?> known)
    {
        if (!known.TryGetValue(value, out var range))
        {
            // A value does not stand in its own way: graphs have no cycles.
            known[value] = range = Find(walk, value, known);
        }

        return range;
    }

    private static bool? Decided(Rewriting walk, GraphNode node, Dictionary<Value, (long, long)?> known)
    {
        if (Of(walk, node.Inputs[0], known) is not var (least, most) || Of(walk, node.Inputs[1], known) is not var (leastOther, mostOther))
        {
            return null;
        }

        return node.Op switch
        {
            Less when most < leastOther => true,
            Less when least >= mostOther => false,
            LessEqual when most <= leastOther => true,
            LessEqual when least > mostOther => false,
            Equal when most < leastOther || least > mostOther => false,
            _ => null,
        };
    }

    private static (long, long)? Find(Rewriting walk, Value value, Dictionary<Value, (long, long)?> known)
    {
        if (value.Spec.DType is not (DType.I32 or DType.I64 or DType.Bool) || value.Spec.Shape.Count == 0)
        {
            return null;
        }

        if (value.Constant is { } constant)
        {
            using var scope = MemoryScope.Begin("constant");
            long[] all = constant.Distinct().To(DType.I64).ToArray<long>();
            return (all.Min(), all.Max());
        }

        if (value.Spec.DType == DType.Bool)
        {
            return (0, 1);
        }

        if (walk.Maker(value) is not { } node)
        {
            return null;
        }

        (long Least, long Most)? Operand(int i) => Of(walk, node.Inputs[i], known);
        return node.Op switch
        {
            Reshape or Broadcast or Permute or Slice or IndexSelect or Gather => Operand(0),
            ArgMax or ArgMin => (0, Math.Max(0, node.Inputs[0].Spec.Shape[((ArgReduction)node.Op).Axis] - 1)),
            Cast when Operand(0) is var (least, most) && Fits(least, most, value.Spec.DType) => (least, most),
            Where => Union(Operand(1), Operand(2)),
            Add => Combined(Operand(0), Operand(1), value.Spec.DType, (a, b) => a + b),
            Sub => Combined(Operand(0), Operand(1), value.Spec.DType, (a, b) => a - b),
            Mul => Combined(Operand(0), Operand(1), value.Spec.DType, (a, b) => a * b),
            Maximum => Combined(Operand(0), Operand(1), value.Spec.DType, Math.Max),
            Minimum => Combined(Operand(0), Operand(1), value.Spec.DType, Math.Min),
            _ => null,
        };
    }

    private static (long, long)? Union((long Least, long Most)? a, (long Least, long Most)? b)
        => a is { } x && b is { } y ? (Math.Min(x.Least, y.Least), Math.Max(x.Most, y.Most)) : null;

    // The extremes of what is monotonous in each operand lie at corners; what may wrap around is not known.
    private static (long, long)? Combined((long Least, long Most)? a, (long Least, long Most)? b, DType type, Func<long, long, long> combine)
    {
        if (a is not { } x || b is not { } y || !IsSmall(x) || !IsSmall(y))
        {
            return null;
        }

        long[] corners = [combine(x.Least, y.Least), combine(x.Least, y.Most), combine(x.Most, y.Least), combine(x.Most, y.Most)];
        (long Least, long Most) range = (corners.Min(), corners.Max());
        return Fits(range.Least, range.Most, type) ? range : null;
    }

    private static bool Fits(long least, long most, DType type) => type == DType.I64 || (least >= int.MinValue && most <= int.MaxValue);

    private static bool IsSmall((long Least, long Most) range) => range.Least >= -int.MaxValue && range.Most <= int.MaxValue;
}

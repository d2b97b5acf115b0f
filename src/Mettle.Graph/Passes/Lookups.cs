namespace Mettle.Graphs.Passes;

/// <summary>
/// Products with vectors that hold a single 1 as look-ups: a matrix of such rows times a known matrix is its rows, and such a vector
/// times another, summed, is one of its elements. Functions of a row looked up in a known table become functions of the table.
/// </summary>
public static class Lookups
{
    /// <summary>
    /// The graph with the look-ups; the same bits, but that a zero may change its sign, and that infinity and NaN beside the element
    /// looked up no longer make it NaN. Without <paramref name="fixedParameters"/> parameters count as unknown.
    /// </summary>
    public static Graph Run(Graph graph, bool fixedParameters = false)
    {
        var known = new Dictionary<Value, (long, long)?>();
        return Rewriting.Run(graph, (walk, node) => node.Op switch
        {
            Affine affine when Row(walk, node, affine, fixedParameters, known) is { } rows => [rows],
            Sum { Axes.Count: 1 } sum when Element(walk, node, sum.Axes[0], known) is { } elements => [elements],
            UnaryOp or FusedUnary or Cast when OfTable(walk, node, fixedParameters) is { } looked => [looked],
            _ => null,
        });
    }

    // One-hot rows times a matrix.
    private static Value? Row(Rewriting walk, GraphNode node, Affine affine, bool fixedParameters, Dictionary<Value, (long, long)?> known)
    {
        int last = node.Inputs[0].Spec.Shape.Rank - 1;
        if (OneHot(walk, node.Inputs[0]) is not var (index, axis) || axis != last || !node.Inputs.Skip(1).All(v => v.Known(fixedParameters) is { } t && IsFinite(t)))
        {
            return null;
        }

        // Row 0 and the last are for places outside.
        var weight = node.Inputs[1].Constant!;
        int rows = weight.Shape[1];
        var table = new Pad([1, 0], [1, 0]).Apply(weight.Transpose());
        table = node.Inputs.Count > 2 ? table + node.Inputs[2].Constant! : table;
        table = affine.IsRectified ? table.Relu() : table;
        bool inside = Ranges.Of(walk, index, known) is var (least, most) && least >= 0 && most < rows;
        table = inside ? table.Narrow(0, 1, rows + 1) : table;
        index = index.Spec.DType == DType.I64 ? index : walk.Emit(new Cast(DType.I64), index);
        index = inside ? index : walk.Emit(Add.Instance, Clamped(walk, index, rows), Number(1, index.Spec));
        return walk.Emit(new IndexSelect(0), Rewriting.Constant(table.Contiguous(), node.Inputs[1].Name), index);
    }

    private static Value Clamped(Rewriting walk, Value index, int rows)
        => walk.Emit(Minimum.Instance, walk.Emit(Maximum.Instance, index, Number(-1, index.Spec)), Number(rows, index.Spec));

    private static Value Number(long number, TensorSpec spec) => Rewriting.Constant(Tensor.Full(new Shape(), number, spec.DType).Broadcast(spec.Shape));

    // The sum over an axis of one-hot vectors times others, the same for all places behind the axis.
    private static Value? Element(Rewriting walk, GraphNode node, int axis, Dictionary<Value, (long, long)?> known)
    {
        if (walk.OnlyFor(node.Inputs[0]) is not { Op: Mul } product)
        {
            return null;
        }

        var shape = product.Outputs[0].Spec.Shape;
        for (int side = 0; side < 2; side++)
        {
            if (OneHot(walk, product.Inputs[side]) is not var (index, at) || at != axis || Ranges.Of(walk, index, known) is not var (least, most) || least < 0 || most >= shape[axis])
            {
                continue;
            }

            var x = product.Inputs[1 - side];
            x = walk.Maker(x) is { Op: Broadcast } repeat ? repeat.Inputs[0] : x;
            Shape row = new(shape.Dims[..(axis + 1)]);
            int behind = shape.Rank - axis - 1;
            bool same = x.Spec.Shape.Rank == shape.Rank && x.Spec.Shape.Dims[..(axis + 1)].SequenceEqual(row.Dims) && x.Spec.Shape.Dims[(axis + 1)..].IndexOfAnyExcept(1) < 0;
            if (!same)
            {
                continue;
            }

            index = index.Spec.DType == DType.I64 ? index : walk.Emit(new Cast(DType.I64), index);
            return walk.Emit(new IndexSelect(axis, shared: axis), behind == 0 ? x : walk.Emit(new Reshape(row), x), index);
        }

        return null;
    }

    private static Value? OfTable(Rewriting walk, GraphNode node, bool fixedParameters)
        => walk.OnlyFor(node.Inputs[0]) is { Op: IndexSelect { Shared: 0 } select } rows && rows.Inputs[0].Known(fixedParameters) is { } table
            && table.Count <= node.Outputs[0].Spec.Shape.Count
            ? walk.Emit(select, Rewriting.Constant(node.Op.Apply(table), rows.Inputs[0].Name), rows.Inputs[1])
            : null;

    // The places of the ones along an axis, in the shape without it, where a value is 1 there and 0 elsewhere.
    private static (Value Index, int Axis)? OneHot(Rewriting walk, Value value) => walk.Maker(value) switch
    {
        { Op: Cast } cast when value.Spec.DType != DType.Bool && cast.Inputs[0].Spec.DType == DType.Bool => Places(walk, cast.Inputs[0]),
        { Op: Cast } cast when value.Spec.DType != DType.Bool => OneHot(walk, cast.Inputs[0]),
        { Op: Where } choice when choice.Inputs[1].Uniform() is 1 && choice.Inputs[2].Uniform() is 0 => Places(walk, choice.Inputs[0]),
        _ => null,
    };

    // Where a value that does not change along an axis equals the places along it.
    private static (Value Index, int Axis)? Places(Rewriting walk, Value value)
    {
        if (walk.Maker(value) is not { Op: Equal } equal)
        {
            return null;
        }

        var shape = value.Spec.Shape;
        for (int side = 0; side < 2; side++)
        {
            if (equal.Inputs[side].Constant is not { DType: DType.I32 or DType.I64 } places || walk.Maker(equal.Inputs[1 - side]) is not { Op: Broadcast } repeat)
            {
                continue;
            }

            var index = repeat.Inputs[0];
            for (int axis = shape.Rank - index.Spec.Shape.Rank; axis < shape.Rank; axis++)
            {
                if (index.Spec.Shape[axis - shape.Rank] == 1 && shape[axis] > 1 && IsCount(places, axis))
                {
                    var inner = index.Spec.Shape.Remove(axis - (shape.Rank - index.Spec.Shape.Rank));
                    index = walk.Emit(new Reshape(inner), index);
                    return (inner == shape.Remove(axis) ? index : walk.Emit(new Broadcast(shape.Remove(axis)), index), axis);
                }
            }
        }

        return null;
    }

    // 0, 1, 2 ... along the axis.
    private static bool IsCount(Tensor tensor, int axis)
        => tensor.Along(axis)?.To(DType.I64).ToArray<long>() is { } line && line.AsSpan().SequenceEqual([.. Enumerable.Range(0, line.Length).Select(i => (long)i)]);

    private static bool IsFinite(Tensor tensor) => tensor.To(DType.F64).ToArray<double>().All(double.IsFinite);
}

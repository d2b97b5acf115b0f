namespace Mettle.Onnx;

/// <summary>Sums, means, extremes and norms over axes; positions of extremes; running sums.</summary>
internal static class Reductions
{
    private delegate Tensor Reduction(Tensor x, int[] axes);

    public static IEnumerable<Operator> All =>
    [
        Operator.Of("ReduceSum", c => Reduce(c, (x, axes) => x.Sum(axes), since: 13)),
        Operator.Of("ReduceSumSquare", c => Reduce(c, (x, axes) => (x * x).Sum(axes))),
        Operator.Of("ReduceL1", c => Reduce(c, (x, axes) => x.Abs().Sum(axes))),
        Operator.Of("ReduceL2", c => Reduce(c, Fractions((x, axes) => (x * x).Sum(axes).Sqrt()))),
        Operator.Of("ReduceMean", c => Reduce(c, Fractions((x, axes) => x.Mean(axes)))),
        Operator.Of("ReduceProd", c => Reduce(c, (x, axes) => x.Prod(axes))),
        Operator.Of("ReduceLogSum", c => Reduce(c, Fractions((x, axes) => x.Sum(axes).Log()))),
        Operator.Of("ReduceLogSumExp", c => Reduce(c, Fractions((x, axes) => Empty(x, axes) ? x.Sum(axes).Log() : x.LogSumExp(axes)))),
        Operator.Of("ReduceMax", c => Extreme(c, (x, axes) => Empty(x, axes) ? Bound(c, x, axes, largest: false) : x.Max(axes))),
        Operator.Of("ReduceMin", c => Extreme(c, (x, axes) => Empty(x, axes) ? Bound(c, x, axes, largest: true) : x.Min(axes))),
        Operator.Of("ArgMax", c => Position(c, (x, axis) => x.ArgMax(axis))),
        Operator.Of("ArgMin", c => Position(c, (x, axis) => x.ArgMin(axis))),
        Operator.Of("CumSum", RunningSum),
    ];

    // Axes were an attribute before version `since`.
    private static TensorValue Reduce(Call c, Reduction reduction, int since = 18)
    {
        var x = c.Number(0);
        return Axes(c, x, since) is { } axes ? c.Result(Shaped(c, reduction(x, axes), x, axes)) : c.Value<TensorValue>(0);
    }

    private static TensorValue Extreme(Call c, Reduction reduction)
    {
        var x = Arithmetic.Ordered(c, 0);
        x = x.DType == DType.Bool ? x.To(DType.I32) : x;
        return Axes(c, x, 18) is { } axes ? Arithmetic.Unordered(c, Shaped(c, reduction(x, axes), x, axes)) : c.Value<TensorValue>(0);
    }

    // Null: nothing is to be reduced. All axes are named one by one, since to Core none would mean all.
    private static int[]? Axes(Call c, Tensor x, int since)
    {
        int[] given = (c.Opset < since ? c.Ints("axes") : c.Has(1) ? c.Ints(1) : null) ?? [];
        if (given.Length > 0)
        {
            return [.. given.Select(a => c.Axis(a, x.Rank)).Distinct()];
        }

        return c.Opset >= since && c.Flag("noop_with_empty_axes") ? null : [.. Enumerable.Range(0, x.Rank)];
    }

    private static Tensor Shaped(Call c, Tensor reduced, Tensor x, int[] axes)
        => c.Flag("keepdims", true) ? reduced.Reshape(new Shape([.. Enumerable.Range(0, x.Rank).Select(i => axes.Contains(i) ? 1 : x.Shape[i])])) : reduced;

    // Of whole numbers: computed in fractions, which are cut off in the end.
    private static Reduction Fractions(Reduction reduction)
        => (x, axes) => x.DType.IsFloat() ? reduction(x, axes) : reduction(x.To(DType.F64), axes).To(x.DType);

    private static bool Empty(Tensor x, int[] axes) => axes.Any(a => x.Shape[a] == 0);

    // What the least or largest of nothing is.
    private static Tensor Bound(Call c, Tensor x, int[] axes, bool largest)
    {
        var shape = new Shape([.. Enumerable.Range(0, x.Rank).Where(i => !axes.Contains(i)).Select(i => x.Shape[i])]);
        if (x.DType.IsFloat())
        {
            return Tensor.Full(shape, largest ? double.PositiveInfinity : double.NegativeInfinity, x.DType);
        }

        (long low, long high) = c.Type(0) switch
        {
            ElementType.Bool => (0, 1),
            ElementType.U8 => (byte.MinValue, byte.MaxValue),
            ElementType.I8 => (sbyte.MinValue, sbyte.MaxValue),
            ElementType.I32 => (int.MinValue, int.MaxValue),
            ElementType.U32 => (uint.MinValue, uint.MaxValue),
            _ => (long.MinValue, long.MaxValue),
        };
        return Tensor.From([largest ? high : low], []).To(x.DType).Broadcast(shape);
    }

    private static TensorValue Position(Call c, Func<Tensor, int, Tensor> first)
    {
        var x = Arithmetic.Ordered(c, 0);
        int axis = c.Axis(c.Int("axis", 0), x.Rank);
        var at = c.Flag("select_last_index") ? x.Shape[axis] - 1 - first(x.Flip(axis), axis) : first(x, axis);
        return new(c.Flag("keepdims", true) ? at.Unsqueeze(axis) : at, ElementType.I64);
    }

    private static TensorValue RunningSum(Call c)
    {
        var x = c.Number(0);
        int axis = c.Axis(c.Ints(1) is [var given] ? given : throw c.Bad("the axis must be one number."), x.Rank);
        bool reverse = c.Flag("reverse");
        x = reverse ? x.Flip(axis) : x;
        if (c.Flag("exclusive") && x.Shape[axis] > 0)
        {
            int[] before = new int[x.Rank], after = new int[x.Rank];
            before[axis] = 1;
            x = x.Narrow(axis, 0, x.Shape[axis] - 1).Pad(before, after);
        }

        x = x.CumSum(axis);
        return c.Result(reverse ? x.Flip(axis) : x);
    }
}

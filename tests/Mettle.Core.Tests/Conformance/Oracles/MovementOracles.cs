namespace Mettle.Core.Tests.Conformance.Oracles;

/// <summary>Elements at other places.</summary>
internal static class MovementOracles
{
    public static IEnumerable<KeyValuePair<string, Oracle>> All { get; } =
    [
        new("broadcast", (op, x) => [Broadcast((Broadcast)op, x[0])]),
        new("pad", (op, x) => [Pad((Pad)op, x[0])]),
        new("permute", (op, x) => [Permute((Permute)op, x[0])]),
        new("reshape", (op, x) => [new NdArray(((Reshape)op).To.Dims, x[0].Values, x[0].Type)]),
        new("slice", (op, x) => [Slice((Slice)op, x[0])]),
        new("split", (op, x) => Split((SplitAxis)op, x[0])),
        new("slice_backward", (op, x) => [SliceBackward((SliceBackward)op, x[0])]),
    ];

    private static NdArray Broadcast(Broadcast op, NdArray x)
        => NdArray.From(op.To.Dims, x.Type, i =>
        {
            var from = i[^x.Rank..];
            for (int axis = 0; axis < from.Length; axis++)
            {
                from[axis] = x.Shape[axis] == 1 ? 0 : from[axis];
            }

            return x[from];
        });

    private static NdArray Pad(Pad op, NdArray x)
    {
        int[] shape = [.. x.Shape.Select((n, axis) => op.Before[axis] + n + op.After[axis])];
        var y = NdArray.From(shape, x.Type, _ => op.Value);
        x.ForEach(i => y[[.. i.Select((n, axis) => op.Before[axis] + n)]] = x[i]);
        return y;
    }

    private static NdArray Permute(Permute op, NdArray x)
    {
        int[] shape = [.. op.Order.Select(axis => x.Shape[axis])];
        return NdArray.From(shape, x.Type, i =>
        {
            var from = new int[x.Rank];
            for (int axis = 0; axis < from.Length; axis++)
            {
                from[op.Order[axis]] = i[axis];
            }

            return x[from];
        });
    }

    private static NdArray Slice(Slice op, NdArray x)
        => NdArray.From([.. op.Sizes], x.Type, i => x[[.. i.Select((n, axis) => op.Starts[axis] + (n * op.Steps[axis]))]]);

    private static NdArray[] Split(SplitAxis op, NdArray x)
    {
        int start = 0;
        var parts = new List<NdArray>();
        foreach (int size in op.Sizes)
        {
            int from = start;
            parts.Add(NdArray.From(IndexingOracles.With(x.Shape, op.Axis, size), x.Type, i => x[IndexingOracles.With(i, op.Axis, from + i[op.Axis])]));
            start += size;
        }

        return [.. parts];
    }

    private static NdArray SliceBackward(SliceBackward op, NdArray x)
    {
        var y = NdArray.Zeros(op.To.Dims, x.Type);
        x.ForEach(i => y[[.. i.Select((n, axis) => op.Starts[axis] + (n * op.Steps[axis]))]] = x[i]);
        return y;
    }
}

namespace Mettle.Core.Tests.Conformance.Oracles;

/// <summary>Elements chosen or placed by an index, and tensors joined.</summary>
internal static class IndexingOracles
{
    public static IEnumerable<KeyValuePair<string, Oracle>> All { get; } =
    [
        new("concat", (op, x) => [Concat(((Concat)op).Axis, x)]),
        new("gather", (op, x) => [NdArray.From(x[1].Shape, x[0].Type, i => x[0][With(i, ((Gather)op).Axis, x[1][i])])]),
        new("index_add", (op, x) => [IndexAdd((IndexAdd)op, x[0], x[1])]),
        new("index_select", (op, x) => [IndexSelect((IndexSelect)op, x[0], x[1])]),
        new("one_hot", (op, x) => [NdArray.From([.. x[0].Shape, ((OneHot)op).Classes], DType.F32, i => x[0][i[..^1]] == i[^1] ? 1 : 0)]),
        new("scatter_add", (op, x) => [ScatterAdd((ScatterAdd)op, x[0], x[1])]),
        new("tree_leaves", (op, x) => [NdArray.From([x[0].Shape[0], ((TreeLeaves)op).Roots.Count], DType.I64, i => Leaf((TreeLeaves)op, i[1], f => x[0][i[0], f]))]),
    ];

    /// <summary>The index with one entry replaced.</summary>
    public static int[] With(int[] index, int axis, double value)
    {
        int[] changed = [.. index];
        changed[axis] = (int)value;
        return changed;
    }

    private static int Leaf(TreeLeaves op, int tree, Func<int, double> column)
    {
        int at = op.Roots[tree];
        while (at >= 0)
        {
            var n = op.Nodes[at];
            double value = column(n.Feature);
            bool holds = double.IsNaN(value) ? n.MissingIsYes : n.Below ? value < n.Split : value <= n.Split;
            at = holds ? n.Yes : n.No;
        }

        return ~at;
    }

    private static NdArray Concat(int axis, NdArray[] parts)
    {
        int[] shape = With(parts[0].Shape, axis, parts.Sum(p => p.Shape[axis]));
        var y = NdArray.Zeros(shape, parts[0].Type);
        int start = 0;
        foreach (var part in parts)
        {
            part.ForEach(i => y[With(i, axis, start + i[axis])] = part[i]);
            start += part.Shape[axis];
        }

        return y;
    }

    // Axes of the result: those before the axis, the index's own (after the shared ones), those behind the axis.
    private static NdArray IndexSelect(IndexSelect op, NdArray x, NdArray index)
    {
        int own = index.Rank - op.Shared;
        int[] shape = [.. x.Shape[..op.Axis], .. index.Shape[op.Shared..], .. x.Shape[(op.Axis + 1)..]];
        return NdArray.From(shape, x.Type, i =>
        {
            int[] place = [.. i[..op.Shared], .. i[op.Axis..(op.Axis + own)]];
            return x[[.. i[..op.Axis], (int)index[place], .. i[(op.Axis + own)..]]];
        });
    }

    private static NdArray IndexAdd(IndexAdd op, NdArray x, NdArray index)
    {
        int own = index.Rank - op.Shared;
        var y = NdArray.Zeros([.. x.Shape[..op.Axis], op.Size, .. x.Shape[(op.Axis + own)..]], x.Type);
        x.ForEach(i =>
        {
            int[] place = [.. i[..op.Shared], .. i[op.Axis..(op.Axis + own)]];
            int[] to = [.. i[..op.Axis], (int)index[place], .. i[(op.Axis + own)..]];
            y[to] += x[i];
        });
        return y;
    }

    private static NdArray ScatterAdd(ScatterAdd op, NdArray x, NdArray index)
    {
        var y = NdArray.Zeros(With(x.Shape, op.Axis, op.Size), x.Type);
        x.ForEach(i => y[With(i, op.Axis, index[i])] += x[i]);
        return y;
    }
}

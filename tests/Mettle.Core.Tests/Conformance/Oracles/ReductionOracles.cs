namespace Mettle.Core.Tests.Conformance.Oracles;

/// <summary>Elements combined over axes.</summary>
internal static class ReductionOracles
{
    public static IEnumerable<KeyValuePair<string, Oracle>> All { get; } =
    [
        new("sum", (op, x) => [Fold((Reduction)op, x[0], 0, (a, b) => a + b)]),
        new("max", (op, x) => [Fold((Reduction)op, x[0], double.NegativeInfinity, (a, b) => double.IsNaN(a) || a > b ? a : b)]),
        new("min", (op, x) => [Fold((Reduction)op, x[0], double.PositiveInfinity, (a, b) => double.IsNaN(a) || a < b ? a : b)]),
        new("log_sum_exp", (op, x) => [LogSumExp((LogSumExp)op, x[0])]),
        new("argmax", (op, x) => [Extreme(((ArgReduction)op).Axis, x[0], (a, b) => a > b)]),
        new("argmin", (op, x) => [Extreme(((ArgReduction)op).Axis, x[0], (a, b) => a < b)]),
        new("cumsum", (op, x) => [CumSum(((CumSum)op).Axis, x[0])]),
        new("sort", (op, x) => Sort((Sort)op, x[0])),
    ];

    private static NdArray LogSumExp(LogSumExp op, NdArray x)
    {
        var largest = Fold(op, x, double.NegativeInfinity, Math.Max);
        int[] kept = Kept(op, x);
        var scaled = NdArray.From(x.Shape, x.Type, i => Math.Exp(x[i] - largest[[.. kept.Select(axis => i[axis])]]));
        var sum = Fold(op, scaled, 0, (a, b) => a + b);
        return NdArray.From(sum.Shape, x.Type, i => largest[i] + Math.Log(sum[i]));
    }

    private static NdArray Extreme(int axis, NdArray x, Func<double, double, bool> beats)
        => NdArray.From([.. x.Shape[..axis], .. x.Shape[(axis + 1)..]], DType.I64, i =>
        {
            int best = 0;
            for (int n = 1; n < x.Shape[axis]; n++)
            {
                best = beats(x[[.. i[..axis], n, .. i[axis..]]], x[[.. i[..axis], best, .. i[axis..]]]) ? n : best;
            }

            return best;
        });

    private static NdArray CumSum(int axis, NdArray x)
    {
        var y = new NdArray(x.Shape, [.. x.Values], x.Type);
        y.ForEach(i => y[i] += i[axis] > 0 ? y[IndexingOracles.With(i, axis, i[axis] - 1)] : 0);
        return y;
    }

    private static NdArray[] Sort(Sort op, NdArray x)
    {
        int[] shape = IndexingOracles.With(x.Shape, op.Axis, op.Count ?? x.Shape[op.Axis]);
        var values = NdArray.Zeros(shape, x.Type);
        var places = NdArray.Zeros(shape, DType.I64);
        NdArray.Zeros(IndexingOracles.With(x.Shape, op.Axis, 1), x.Type).ForEach(i =>
        {
            double At(int n) => x[IndexingOracles.With(i, op.Axis, n)];
            var all = Enumerable.Range(0, x.Shape[op.Axis]);
            int[] order = [.. op.Descending ? all.OrderByDescending(At) : all.OrderBy(At)];
            for (int n = 0; n < shape[op.Axis]; n++)
            {
                int[] to = IndexingOracles.With(i, op.Axis, n);
                (values[to], places[to]) = (At(order[n]), order[n]);
            }
        });
        return [values, places];
    }

    private static int[] Kept(Reduction op, NdArray x)
        => [.. Enumerable.Range(0, x.Rank).Where(axis => op.Axes.Count > 0 && !op.Axes.Contains(axis))];

    private static NdArray Fold(Reduction op, NdArray x, double start, Func<double, double, double> combine)
    {
        int[] kept = Kept(op, x);
        var y = NdArray.From([.. kept.Select(axis => x.Shape[axis])], x.Type, _ => start);
        x.ForEach(i =>
        {
            int[] to = [.. kept.Select(axis => i[axis])];
            y[to] = combine(y[to], x[i]);
        });
        return y;
    }
}

namespace Mettle.Core.Tests.Conformance.Oracles;

/// <summary>Elements combined over axes.</summary>
internal static class ReductionOracles
{
    public static IEnumerable<KeyValuePair<string, Oracle>> All { get; } =
    [
        new("sum", (op, x) => [Fold((Reduction)op, x[0], 0, (a, b) => a + b)]),
        new("max", (op, x) => [Fold((Reduction)op, x[0], double.NegativeInfinity, (a, b) => double.IsNaN(a) || a > b ? a : b)]),
        new("min", (op, x) => [Fold((Reduction)op, x[0], double.PositiveInfinity, (a, b) => double.IsNaN(a) || a < b ? a : b)]),
    ];

    private static NdArray Fold(Reduction op, NdArray x, double start, Func<double, double, double> combine)
    {
        int[] kept = [.. Enumerable.Range(0, x.Rank).Where(axis => op.Axes.Count > 0 && !op.Axes.Contains(axis))];
        var y = NdArray.From([.. kept.Select(axis => x.Shape[axis])], x.Type, _ => start);
        x.ForEach(i =>
        {
            int[] to = [.. kept.Select(axis => i[axis])];
            y[to] = combine(y[to], x[i]);
        });
        return y;
    }
}

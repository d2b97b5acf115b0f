namespace Mettle.Core.Tests.Conformance.Oracles;

/// <summary>Windows over planes.</summary>
internal static class PoolingOracles
{
    public static IEnumerable<KeyValuePair<string, Oracle>> All { get; } =
    [
        new("avg_pool", (op, x) => [AvgPool((AvgPool)op, x[0])]),
        new("avg_pool_backward", (op, x) => [AvgPoolBackward((AvgPoolBackward)op, x[0])]),
        new("max_pool", (op, x) => MaxPool((MaxPool)op, x[0])),
        new("window_max", (op, x) => [NdArray.From(Shape((WindowMax)op, x[0]), x[0].Type, i => Window((WindowMax)op, x[0], i).Max(cell => x[0][i[0], i[1], cell.Row, cell.Column]))]),
        new("max_pool_backward", (op, x) => [Backward((MaxPoolBackward)op, x[0], x[1])]),
        new("max_pool_gather", (_, x) => [NdArray.From(x[1].Shape, x[0].Type, i => x[0][Place(i, x[1][i], x[0].Shape[3])])]),
    ];

    /// <summary>The cells of the plane under window (i[2], i[3]), row by row.</summary>
    public static IEnumerable<(int Row, int Column)> Window(PoolOp op, NdArray x, int[] i)
        => from a in Enumerable.Range(0, op.Kernel.Height)
           from b in Enumerable.Range(0, op.Kernel.Width)
           let row = (i[2] * op.Stride.Height) - op.Padding.Height + (a * op.Dilation.Height)
           let column = (i[3] * op.Stride.Width) - op.Padding.Width + (b * op.Dilation.Width)
           where row >= 0 && row < x.Shape[2] && column >= 0 && column < x.Shape[3]
           select (row, column);

    /// <summary>Number of windows along an axis.</summary>
    public static int Windows(int size, int kernel, int stride, int padding, int dilation)
        => ((size + (2 * padding) - (dilation * (kernel - 1)) - 1) / stride) + 1;

    public static int[] Shape(PoolOp op, NdArray x) =>
    [
        x.Shape[0], x.Shape[1],
        Windows(x.Shape[2], op.Kernel.Height, op.Stride.Height, op.Padding.Height, op.Dilation.Height),
        Windows(x.Shape[3], op.Kernel.Width, op.Stride.Width, op.Padding.Width, op.Dilation.Width),
    ];

    private static NdArray AvgPool(AvgPool op, NdArray x)
        => NdArray.From(Shape(op, x), x.Type, i =>
        {
            var cells = Window(op, x, i).ToArray();
            return cells.Sum(cell => x[i[0], i[1], cell.Row, cell.Column]) / (op.CountPadding ? op.Kernel.Height * op.Kernel.Width : cells.Length);
        });

    private static NdArray AvgPoolBackward(AvgPoolBackward op, NdArray g)
    {
        var x = NdArray.Zeros([g.Shape[0], g.Shape[1], op.Size.Height, op.Size.Width], g.Type);
        g.ForEach(i =>
        {
            var cells = Window(op, x, i).ToArray();
            foreach (var (row, column) in cells)
            {
                x[i[0], i[1], row, column] += g[i] / (op.CountPadding ? op.Kernel.Height * op.Kernel.Width : cells.Length);
            }
        });
        return x;
    }

    private static NdArray[] MaxPool(MaxPool op, NdArray x)
    {
        (int Row, int Column) Winner(int[] i) => Window(op, x, i).MaxBy(cell => x[i[0], i[1], cell.Row, cell.Column]);
        return
        [
            NdArray.From(Shape(op, x), x.Type, i => Winner(i) is var (row, column) ? x[i[0], i[1], row, column] : double.NaN),
            NdArray.From(Shape(op, x), DType.I64, i => Winner(i) is var (row, column) ? (row * x.Shape[3]) + column : -1),
        ];
    }

    private static NdArray Backward(MaxPoolBackward op, NdArray g, NdArray places)
    {
        var x = NdArray.Zeros([g.Shape[0], g.Shape[1], op.Size.Height, op.Size.Width], g.Type);
        g.ForEach(i => x[Place(i, places[i], op.Size.Width)] += g[i]);
        return x;
    }

    private static int[] Place(int[] i, double index, int width) => [i[0], i[1], (int)index / width, (int)index % width];
}

namespace Mettle.Onnx;

/// <summary>
/// ONNX GridSample: an image [N, C, ...] read at the points of a grid [N, ..., r], in coordinates of [-1, 1] with x before y, for
/// any number r of spatial axes. Jaderberg and others: Spatial Transformer Networks, 2015.
/// </summary>
internal static class GridSample
{
    private const double Slope = -0.75;

    private enum Border
    {
        Zeros,
        Edge,
        Mirror,
    }

    public static OnnxValue Evaluate(Call c)
    {
        var (x, grid) = (c.Number(0), c.Number(1));
        int axes = x.Rank - 2;
        bool fits = axes is >= 1 and <= 3 && grid.Rank == x.Rank && grid.Shape[^1] == axes && grid.Shape[0] == x.Shape[0];
        var shape = fits ? new Shape([.. x.Shape.Dims[..2], .. grid.Shape.Dims[1..^1]]) : default;
        if (!fits || (shape.Count > 0 && x.Count == 0))
        {
            throw c.Bad($"it needs an image [N, C, ...] with cells and a grid [N, ..., r] for its r spatial axes, not {x.Shape} and {grid.Shape}.");
        }

        string mode = c.Text("mode", c.Opset < 20 ? "bilinear" : "linear");
        int taps = mode switch
        {
            "nearest" => 1,
            "linear" or "bilinear" => 2,
            "cubic" or "bicubic" => 4,
            _ => throw c.Bad($"the mode must be nearest, linear or cubic, not {OnnxException.Quote(mode)}."),
        };
        var border = c.Text("padding_mode", "zeros") switch
        {
            "zeros" => Border.Zeros,
            "border" => Border.Edge,
            "reflection" => Border.Mirror,
            var other => throw c.Bad($"the padding_mode must be zeros, border or reflection, not {OnnxException.Quote(other)}."),
        };
        Window.Checked(c, x.Count + grid.Count, Array.ConvertAll(shape.Dims.ToArray(), d => (long)d));
        x = x.DType.IsFloat() || taps == 1 ? x : x.To(DType.F32);
        int points = grid.Shape.Dims[1..^1].ToArray().Aggregate(1, (a, b) => a * b), cells = x.Shape.Dims[2..].ToArray().Aggregate(1, (a, b) => a * b);
        grid = grid.Reshape(new Shape(x.Shape[0], points, axes));
        var each = new Tap[axes][];
        for (int i = 0; i < axes; i++)
        {
            each[i] = Taps(grid.Select(-1, axes - 1 - i), x.Shape[i + 2], taps, border, c.Flag("align_corners"));
        }

        var planes = x.Reshape(new Shape(x.Shape[0], x.Shape[1], cells));
        var sum = default(Tensor);
        foreach (var tap in Combinations(each, x.Shape.Dims[2..].ToArray()))
        {
            var values = new IndexSelect(2, shared: 1).Apply(planes, tap.Index);
            values = tap.Inside is { } inside ? Tensor.Where(inside.Unsqueeze(1), values, 0) : values;
            values = tap.Weight is { } weight ? values * weight.Unsqueeze(1).To(x.DType) : values;
            sum = sum is null ? values : sum + values;
        }

        return c.Result(sum!.Reshape(shape));
    }

    // The cells that one axis gives each point.
    private static Tap[] Taps(Tensor at, int size, int count, Border border, bool corners)
    {
        var place = corners ? (at + 1) * ((size - 1) / 2.0) : (((at + 1) * size) - 1) / 2;
        place = count == 1 ? place.Round() : place;
        double low = corners ? 0 : -0.5, high = corners ? size - 1 : size - 0.5;
        var within = (place >= low) & (place <= high);
        place = border switch
        {
            // The cubic's overshoot goes on beyond the edge, as in ONNX Runtime and PyTorch.
            Border.Edge when count < 4 => Tensor.Where(within, place, place.Clamp(0, size - 1)),
            Border.Mirror => Tensor.Where(within, place, Mirrored(place, low, high)),
            _ => place,
        };
        var left = place.Floor().Detach();
        var share = place - left;
        return count switch
        {
            1 => [Cell(place, null, size, border, low, high)],
            2 => [Cell(left, 1 - share, size, border, low, high), Cell(left + 1, share, size, border, low, high)],
            _ =>
            [
                Cell(left - 1, Far(share + 1), size, border, low, high),
                Cell(left, Near(share), size, border, low, high),
                Cell(left + 1, Near(1 - share), size, border, low, high),
                Cell(left + 2, Far(2 - share), size, border, low, high),
            ],
        };
    }

    private static Tap Cell(Tensor cell, Tensor? weight, int size, Border border, double low, double high)
    {
        cell = cell.Detach();
        cell = border == Border.Mirror ? Mirrored(cell, low, high).Round() : cell;
        var inside = (cell >= 0) & (cell <= size - 1);

        // Compared so that a place that is no number is 0.
        var index = Tensor.Where(inside, cell, Tensor.Where(cell > 0, Tensor.Full(cell.Shape, size - 1, cell.DType), 0)).To(DType.I64);
        return new(index, border == Border.Zeros ? inside : null, weight);
    }

    // Thrown back at both borders until it lies between them.
    private static Tensor Mirrored(Tensor x, double low, double high)
    {
        double range = high - low;
        if (range == 0)
        {
            return x * 0;
        }

        var distance = (x - low).Abs();
        var turns = (distance / range).Floor().Detach();
        var rest = distance - (turns * range);
        var even = (turns - (2 * (turns / 2).Floor())).EqualTo(0);
        return Tensor.Where(even, rest + low, high - rest);
    }

    // Keys's cubic at distances of up to 1 and 2.
    private static Tensor Near(Tensor d) => ((((Slope + 2) * d) - (Slope + 3)) * d * d) + 1;

    private static Tensor Far(Tensor d) => ((((Slope * d) - (5 * Slope)) * d) + (8 * Slope)) * d - (4 * Slope);

    private static IEnumerable<Tap> Combinations(Tap[][] each, int[] sizes)
    {
        IEnumerable<Tap> all = each[0];
        for (int i = 1; i < each.Length; i++)
        {
            var (next, size) = (each[i], sizes[i]);
            all = all.SelectMany(a => next.Select(b => new Tap(
                (a.Index * size) + b.Index,
                a.Inside is null ? null : a.Inside & b.Inside!,
                a.Weight is null ? null : a.Weight * b.Weight!)));
        }

        return all;
    }

    private sealed record Tap(Tensor Index, Tensor? Inside, Tensor? Weight);
}

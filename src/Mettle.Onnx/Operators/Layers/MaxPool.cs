namespace Mettle.Onnx;

/// <summary>ONNX MaxPool, with the place of each largest element in the whole input.</summary>
internal static class MaxPool
{
    public static OnnxValue[] Evaluate(Call c)
    {
        var x = Pooling.Image(c);
        var window = Window.Of(c, x.Shape.Dims[2..]);
        Window.Checked(c, x.Count, [x.Shape[0], x.Shape[1], .. window.Result]);

        if (c.Type(0) is ElementType.U8 or ElementType.I8 && !c.Wants(1) && window is { Axes: 2, IsPlain: true } && c.Value<TensorValue>(0).Tensor is var levels)
        {
            Pair Both(int[] sizes) => (sizes[0], sizes[1]);
            return [new TensorValue(new QuantizedMaxPool(Both(window.Kernel), Both(window.Stride), Both(window.Before), Both(window.Dilation)).Apply(levels), c.Type(0))];
        }

        // Integers are pooled as floats that hold them exactly.
        var floats = x.DType.IsFloat() ? x : c.Type(0) switch
        {
            ElementType.U8 or ElementType.I8 => x.To(DType.F32),
            ElementType.I64 or ElementType.U64 => throw c.Bad("it does not take 64-bit integers."),
            _ => x.To(DType.F64),
        };
        var (y, index) = Pool(floats, window, c.Wants(1));
        var value = c.Result(y.To(x.DType));
        if (index is null)
        {
            return [value];
        }

        if (c.Int("storage_order", 0) != 0)
        {
            index = Tensor.From(ColumnMajor(window.Image)).IndexSelect(0, index);
        }

        int planes = x.Shape[0] * x.Shape[1], plane = window.Image.Aggregate(1, (a, b) => a * b);
        var first = (Tensor.Arange(planes) * plane).Reshape(new Shape([x.Shape[0], x.Shape[1], .. Enumerable.Repeat(1, window.Axes)]));
        return [value, OnnxValue.From(index + first)];
    }

    // [N, C, ...] pooled, and places within each plane [N, C, windows...] counted row-major, of equals the first.
    private static (Tensor Y, Tensor? Index) Pool(Tensor x, Window window, bool places)
    {
        if (window.Axes > 2)
        {
            return Folded(x, window, places);
        }

        var over = window;
        if (!window.IsPlain)
        {
            x = window.Pad(x, double.NegativeInfinity);
            over = window.Padded();
        }

        bool line = window.Axes == 1;
        Pair Two(int[] sizes, int other) => line ? (other, sizes[0]) : (sizes[0], sizes[1]);
        var op = new Mettle.MaxPool(Two(over.Kernel, 1), Two(over.Stride, 1), Two(over.Before, 0), Two(over.Dilation, 1));
        var results = op.ApplyAll(line ? x.Unsqueeze(2) : x);
        var (y, index) = (results[0], places ? results[1] : null);
        if (index is not null && over != window)
        {
            index = Tensor.From(Unpadded(window, over)).IndexSelect(0, index);
        }

        return line ? (y.Squeeze(2), index?.Squeeze(2)) : (y, index);
    }

    // The first axis after the others: they are pooled at each of its places, then it is.
    private static (Tensor Y, Tensor? Index) Folded(Tensor x, Window window, bool places)
    {
        var (first, rest) = (window.First, window.Rest);
        int images = x.Shape[0], channels = x.Shape[1], length = first.Image[0], inner = rest.Image.Aggregate(1, (a, b) => a * b);
        var (y, index) = Pool(x.Reshape(new Shape([images, channels * length, .. rest.Image])), rest, places);
        var columns = y.Reshape(new Shape(images, channels, length, rest.Result.Aggregate(1, (a, b) => a * b)));
        var stand = new Window(
            [length, columns.Shape[3]], [first.Kernel[0], 1], [first.Stride[0], 1], [first.Dilation[0], 1], [first.Before[0], 0], [first.After[0], 0],
            [first.Result[0], columns.Shape[3]]);
        var (result, chosen) = Pool(columns, stand, places);
        Shape shape = new([images, channels, .. window.Result]);
        if (index is null || chosen is null)
        {
            return (result.Reshape(shape), null);
        }

        var within = index.Reshape(columns.Shape) + (Tensor.Arange(length) * inner).Unsqueeze(1);
        Shape flat = new(images, channels, columns.Shape[2] * columns.Shape[3]), few = new(images, channels, chosen.Shape[2] * chosen.Shape[3]);
        return (result.Reshape(shape), within.Reshape(flat).Gather(2, chosen.Reshape(few)).Reshape(shape));
    }

    // From places in the padded image to those in the image; the border never wins but where there is nothing else.
    private static long[] Unpadded(Window window, Window padded)
    {
        int rows = window.Axes == 1 ? 1 : padded.Image[0], columns = padded.Image[^1];
        int top = window.Axes == 1 ? 0 : window.Before[0], height = window.Axes == 1 ? 1 : window.Image[0];
        var map = new long[rows * columns];
        for (int i = 0; i < map.Length; i++)
        {
            long row = Math.Clamp((i / columns) - top, 0, height - 1), column = Math.Clamp((i % columns) - window.Before[^1], 0, window.Image[^1] - 1);
            map[i] = (row * window.Image[^1]) + column;
        }

        return map;
    }

    private static long[] ColumnMajor(int[] image)
    {
        var map = new long[image.Aggregate(1, (a, b) => a * b)];
        for (int i = 0; i < map.Length; i++)
        {
            long step = image.Aggregate(1L, (a, b) => a * b);
            for (int axis = image.Length - 1, rest = i; axis >= 0; axis--)
            {
                step /= image[axis];
                map[i] += rest % image[axis] * step;
                rest /= image[axis];
            }
        }

        return map;
    }
}

namespace Mettle.Onnx;

/// <summary>Pooling over any number of spatial axes.</summary>
internal static class Pooling
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("AveragePool", AveragePool),
        Operator.Of("MaxPool", MaxPool.Evaluate),
        Operator.Of("LpPool", LpPool),
        Operator.Of("GlobalAveragePool", c => Whole(c, x => x.Rank == 4 ? x.GlobalAvgPool2d() : x.Mean(Spatial(x)))),
        Operator.Of("GlobalMaxPool", c => Whole(c, x => x.Max(Spatial(x)))),
        Operator.Of("GlobalLpPool", c => Whole(c, x => Root(Power(c, x).Sum(Spatial(x)), Exponent(c)))),
        Operator.Of("MaxUnpool", MaxUnpool),
        Operator.Of("MaxRoiPool", MaxRoiPool.Evaluate),
    ];

    /// <summary>Input 0 as numbers; fails unless it is [N, C, ...].</summary>
    public static Tensor Image(Call c)
    {
        var x = c.Number(0);
        return x.Rank > 2 ? x : throw c.Bad($"it needs [N, C, ...] with at least one spatial axis, not {x.Shape}.");
    }

    private static int[] Spatial(Tensor x) => [.. Enumerable.Range(2, x.Rank - 2)];

    // One window over all of the image.
    private static TensorValue Whole(Call c, Func<Tensor, Tensor> reduce)
    {
        var x = Image(c);
        return c.Result(reduce(x).Reshape(new Shape([x.Shape[0], x.Shape[1], .. Enumerable.Repeat(1, x.Rank - 2)])));
    }

    private static float Exponent(Call c)
    {
        float p = c.Attribute("p") is { } given ? given.Float ?? given.Int ?? 2 : 2;
        return p > 0 ? p : throw c.Bad($"p must be above 0, not {p}.");
    }

    private static Tensor Power(Call c, Tensor x) => Exponent(c) is var p && p == 2 ? x.Square() : x.Abs().Pow(p);

    private static Tensor Root(Tensor x, float p) => x.Pow(1.0 / p);

    private static TensorValue AveragePool(Call c)
    {
        var x = Image(c);
        var window = Window.Of(c, x.Shape.Dims[2..]);
        bool border = c.Flag("count_include_pad");
        Window.Checked(c, x.Count, [x.Shape[0], x.Shape[1], .. window.Result]);
        if (window.Axes <= 2 && window.IsPlain && window.Dilation.All(d => d == 1))
        {
            return c.Result(window.Axes == 1
                ? x.AvgPool1d(window.Kernel[0], window.Stride[0], window.Before[0], border)
                : x.AvgPool2d(Two(window.Kernel), Two(window.Stride), Two(window.Before), border));
        }

        var sum = Sums(x, window);
        for (int i = 0; i < window.Axes; i++)
        {
            sum /= Tensor.From(Counts(window, i, border), new Shape([window.Result[i], .. Enumerable.Repeat(1, window.Axes - 1 - i)])).To(x.DType);
        }

        return c.Result(sum);
    }

    // How many taps of each window on one axis count: those on the image, or those on its declared border too.
    private static float[] Counts(Window w, int i, bool border)
    {
        int from = border ? -w.Before[i] : 0, to = w.Image[i] + (border ? w.After[i] : 0);
        return [.. Enumerable.Range(0, w.Result[i]).Select(o => (float)Enumerable.Range(0, w.Kernel[i])
            .Select(t => (o * w.Stride[i]) - w.Before[i] + (t * w.Dilation[i])).Count(at => at >= from && at < to))];
    }

    private static TensorValue LpPool(Call c)
    {
        var x = Image(c);
        var window = Window.Of(c, x.Shape.Dims[2..]);
        Window.Checked(c, x.Count, [x.Shape[0], x.Shape[1], .. window.Result]);
        return c.Result(Root(Sums(Power(c, x), window), Exponent(c)));
    }

    // Sum under each window, axis after axis; zeros around the image.
    private static Tensor Sums(Tensor x, Window window)
    {
        x = window.Pad(x, 0);
        window = window.Padded();
        if (window.Axes <= 2 && window.Dilation.All(d => d == 1))
        {
            var mean = window.Axes == 1
                ? x.AvgPool1d(window.Kernel[0], window.Stride[0])
                : x.AvgPool2d(Two(window.Kernel), Two(window.Stride));
            return mean * window.Kernel.Aggregate(1.0, (a, b) => a * b);
        }

        for (int i = 0; i < window.Axes; i++)
        {
            var sum = window.Tap(x, i + 2, i, 0);
            for (int t = 1; t < window.Kernel[i]; t++)
            {
                sum += window.Tap(x, i + 2, i, t);
            }

            x = sum;
        }

        return x;
    }

    private static Pair Two(int[] sizes) => (sizes[0], sizes[1]);

    // Indices count through the whole result as the kernel, strides and pads give it; a larger one asked for has zeros behind.
    private static TensorValue MaxUnpool(Call c)
    {
        var x = Image(c);
        var index = c.Tensor(1).To(DType.I64);
        int axes = x.Rank - 2;
        int[] kernel = Window.PerAxis(c, "kernel_shape", axes, 1, 1), stride = Window.PerAxis(c, "strides", axes, 1, 1);
        var (before, after) = Window.Pads(c, axes);
        var shape = Window.Checked(
            c, x.Count, [x.Shape[0], x.Shape[1], .. Enumerable.Range(0, axes).Select(i => ((x.Shape[i + 2] - 1L) * stride[i]) - before[i] - after[i] + kernel[i])]);
        int count = (int)shape.Count;
        var (values, at) = (x.Reshape((int)x.Count), index.Reshape((int)index.Count));

        // Windows that overlap may name one place several times, always with the same value.
        var y = values.ScatterAdd(0, at, count) / Tensor.Maximum(Tensor.Ones(values.Shape, x.DType).ScatterAdd(0, at, count), Tensor.Ones([count], x.DType));
        y = y.Reshape(shape);
        if (!c.Has(2))
        {
            return c.Result(y);
        }

        var full = Window.Checked(c, x.Count, c.Longs(2));
        if (full.Rank != shape.Rank || Enumerable.Range(0, full.Rank).Any(i => full[i] < shape[i]))
        {
            throw c.Bad($"output_shape {full} is smaller than {shape}, which kernel, strides and pads give.");
        }

        return c.Result(y.Pad(new int[shape.Rank], [.. Enumerable.Range(0, shape.Rank).Select(i => full[i] - shape[i])]));
    }
}

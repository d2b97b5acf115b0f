namespace Mettle.Onnx;

/// <summary>
/// ONNX ConvTranspose: what a convolution's backward pass does to its images. Dumoulin, Visin: A guide to convolution arithmetic
/// for deep learning, 2016, chapter 4.
/// </summary>
internal static class ConvTranspose
{
    // Beyond these a few bytes of a foreign file would take seconds; real models stay far below.
    private const long MostCells = 1 << 20;
    private const long MostGrowth = 1 << 10;

    public static OnnxValue Evaluate(Call c)
    {
        var (x, weight) = (c.Number(0), c.Number(1));
        Convolutions.CheckRanks(c, x, weight);
        int axes = x.Rank - 2, groups = c.Int("group", 1);
        if (groups < 1 || weight.Shape[0] != x.Shape[1] || x.Shape[1] % groups != 0)
        {
            throw c.Bad($"images {x.Shape} need weights [{x.Shape[1]}, ...] and channels that divide into {groups} groups; the weights are {weight.Shape}.");
        }

        var all = new Axis[axes];
        int[] stride = Window.PerAxis(c, "strides", axes, 1, 1), dilation = Window.PerAxis(c, "dilations", axes, 1, 1);
        int[] extra = Window.PerAxis(c, "output_padding", axes, 0, 0);
        int[]? sizes = c.HasAttribute("output_shape") ? OutputShape(c, axes) : null;
        var (before, after) = Window.Pads(c, axes);
        string auto = c.Text("auto_pad", "NOTSET");
        for (int i = 0; i < axes; i++)
        {
            int kernel = weight.Shape[i + 2];
            long full = ((x.Shape[i + 2] - 1L) * stride[i]) + Window.Reach(kernel, dilation[i]);
            (long front, long size) = (before[i], full + extra[i] - before[i] - after[i]);
            if (sizes is not null || auto is "SAME_UPPER" or "SAME_LOWER")
            {
                size = sizes?[i] ?? (long)x.Shape[i + 2] * stride[i];
                long pad = Math.Max(0, full + extra[i] - size);
                front = auto == "SAME_UPPER" ? pad / 2 : pad - (pad / 2);
            }
            else if (auto == "VALID")
            {
                (front, size) = (0, full + extra[i]);
            }

            if (full < 1 || size < 1)
            {
                throw c.Bad($"spatial axis {i} has {x.Shape[i + 2]} cells; with these pads {size} would be left of {full}.");
            }

            // A single input steps nowhere, nor does a single tap: sizes then say nothing about the steps.
            all[i] = new(x.Shape[i + 2] == 1 ? 1 : stride[i], kernel == 1 ? 1 : dilation[i], (int)front, checked((int)full), checked((int)size));
        }

        long cells = x.Shape.Dims[2..].ToArray().Aggregate(1L, (a, b) => a * b), reached = all.Aggregate(1L, (a, b) => checked(a * Math.Max(b.Full, b.Size)));
        if (reached > Math.Max(MostCells, MostGrowth * cells))
        {
            throw c.Bad($"an image of {reached} cells is too large for a result of {cells}.");
        }

        Window.Checked(c, x.Count, [x.Shape[0], weight.Shape[1] * (long)groups, .. all.Select(a => (long)Math.Max(a.Full, a.Size))]);
        var y = Transposed(x, weight, all, groups);
        return c.Result(c.OptionalNumber(2) is { } bias ? y + bias.Reshape(new Shape([(int)bias.Count, .. Enumerable.Repeat(1, axes)])) : y);
    }

    // Old files give the batch and the channels too.
    private static int[] OutputShape(Call c, int axes)
    {
        int[] given = c.Ints("output_shape")!;
        return given.Length == axes || given.Length == axes + 2
            ? given[^axes..]
            : throw c.Bad($"output_shape must have {axes} numbers, not [{string.Join(", ", given)}].");
    }

    private static Tensor Transposed(Tensor x, Tensor weight, ReadOnlySpan<Axis> axes, int groups)
    {
        if (axes.Length > 2)
        {
            return Folded(x, weight, axes, groups);
        }

        bool direct = true;
        foreach (var a in axes)
        {
            direct &= a.IsDirect;
        }

        int[] size = new int[axes.Length], stride = new int[axes.Length], padding = new int[axes.Length], dilation = new int[axes.Length];
        for (int i = 0; i < axes.Length; i++)
        {
            (stride[i], dilation[i]) = (axes[i].Stride, axes[i].Dilation);
            (size[i], padding[i]) = direct ? (axes[i].Size, axes[i].Front) : (axes[i].Full, 0);
        }

        var y = new ConvInputGrad(size, stride, padding, dilation, groups).Apply(x, weight);
        for (int i = 0; i < axes.Length && !direct; i++)
        {
            y = axes[i].Cut(y, i + 2);
        }

        return y;
    }

    // One axis less: taps on the first axis are filters of their own, and their results are laid side by side.
    private static Tensor Folded(Tensor x, Tensor weight, ReadOnlySpan<Axis> axes, int groups)
    {
        var first = axes[0];
        int images = x.Shape[0], places = x.Shape[2], taps = weight.Shape[2], filters = weight.Shape[1] * groups;
        int[] swap = [0, 2, 1, .. Enumerable.Range(3, x.Rank - 3)];
        var flat = x.Permute(swap).Reshape(new Shape([images * places, x.Shape[1], .. x.Shape.Dims[3..]]));
        var kernels = weight.Reshape(new Shape([weight.Shape[0], weight.Shape[1] * taps, .. weight.Shape.Dims[3..]]));
        var each = Transposed(flat, kernels, axes[1..], groups);
        int[] inner = each.Shape.Dims[2..].ToArray();
        each = each.Reshape(new Shape([images, places, filters, taps, .. inner]));
        Tensor? sum = null;
        int[] steps = [1, 1, first.Stride, .. Enumerable.Repeat(1, inner.Length)];
        for (int t = 0; t < taps; t++)
        {
            var spread = new SliceBackward(
                new Shape([images, filters, first.Full, .. inner]), [0, 0, t * first.Dilation, .. new int[inner.Length]], steps)
                .Apply(each.Select(3, t).Permute(swap));
            sum = sum is null ? spread : sum + spread;
        }

        return first.Cut(sum!, 2);
    }

    /// <summary>A spatial axis: of the <paramref name="Full"/> cells that inputs reach, <paramref name="Size"/> from <paramref name="Front"/> on.</summary>
    private readonly record struct Axis(int Stride, int Dilation, int Front, int Full, int Size)
    {
        // A convolution over Size cells with this padding on both sides has as many windows as there are inputs.
        public bool IsDirect => Size + (2L * Front) - Full is var rest && rest >= 0 && rest < Stride;

        public Tensor Cut(Tensor y, int axis)
        {
            y = y.Narrow(axis, Front, (int)Math.Min(Full, (long)Front + Size));
            var after = new int[y.Rank];
            after[axis] = Size - y.Shape[axis];
            return after[axis] == 0 ? y : y.Pad(new int[y.Rank], after);
        }
    }
}

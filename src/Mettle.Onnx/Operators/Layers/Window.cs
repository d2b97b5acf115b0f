namespace Mettle.Onnx;

/// <summary>
/// A window that slides over the spatial axes of [N, C, ...], as convolutions and pooling of ONNX describe it; one entry per axis.
/// </summary>
/// <param name="Image">Cells of the image.</param>
/// <param name="Kernel">Taps of the window.</param>
/// <param name="Stride">Step between windows.</param>
/// <param name="Dilation">Step between taps.</param>
/// <param name="Before">Cells in front of the image that windows may cover.</param>
/// <param name="After">The same behind it.</param>
/// <param name="Result">Number of windows.</param>
internal sealed record Window(int[] Image, int[] Kernel, int[] Stride, int[] Dilation, int[] Before, int[] After, int[] Result)
{
    // Beyond these a few bytes of a foreign file would fill the memory or take minutes; real models stay far below.
    private const int MostPadding = 1 << 15;
    private const int MostPooledPadding = 1 << 8;
    private const long MostPadded = 1 << 22;
    private const long MostElements = 1 << 22;
    private const long MostGrowth = 1 << 10;

    /// <summary>Number of axes.</summary>
    public int Axes => Image.Length;

    /// <summary>Whether the same border on both sides of the image, as wide as that in front, gives the same windows.</summary>
    public bool IsSymmetric => Enumerable.Range(0, Axes).All(i =>
        Image[i] + (2L * Before[i]) - Reach(Kernel[i], Dilation[i]) is >= 0 and var room && (room / Stride[i]) + 1 == Result[i]);

    /// <summary>Whether the pooling ops take it as it is: a symmetric border of at most half a window, and no window beyond the border.</summary>
    public bool IsPlain => IsSymmetric && Enumerable.Range(0, Axes).All(i => Before[i] <= Reach(Kernel[i], Dilation[i]) / 2 && End(i) <= After[i]);

    /// <summary>The first axis alone.</summary>
    public Window First => Part(..1);

    /// <summary>All axes but the first.</summary>
    public Window Rest => Part(1..);

    /// <summary>The node's window over [N, C, <paramref name="image"/>], the kernel's size taken from an operand.</summary>
    public static Window Of(Call c, ReadOnlySpan<int> image, ReadOnlySpan<int> kernel)
    {
        if (c.Ints("kernel_shape") is { } declared && !kernel.SequenceEqual(declared))
        {
            throw c.Bad($"kernel_shape is [{string.Join(", ", declared)}], but the weights' kernel is [{string.Join(", ", kernel.ToArray())}].");
        }

        return Make(c, image, kernel.ToArray(), MostPadding);
    }

    /// <summary>The node's window over [N, C, <paramref name="image"/>], all from its attributes.</summary>
    public static Window Of(Call c, ReadOnlySpan<int> image)
        => Make(c, image, c.Ints("kernel_shape") ?? throw c.Bad("it needs the attribute 'kernel_shape'."), MostPooledPadding);

    /// <summary>An attribute with one number per axis, none below <paramref name="least"/>.</summary>
    public static int[] PerAxis(Call c, string name, int axes, int otherwise, int least)
    {
        int[] values = c.Ints(name) ?? [.. Enumerable.Repeat(otherwise, axes)];
        return values.Length == axes && values.All(v => v >= least)
            ? values
            : throw c.Bad($"{name} must have {axes} numbers of {least} or more, not [{string.Join(", ", values)}].");
    }

    /// <summary>The attribute 'pads': in front of and behind every axis; zeros unless given.</summary>
    public static (int[] Before, int[] After) Pads(Call c, int axes)
    {
        int[] pads = PerAxis(c, "pads", 2 * axes, 0, 0);
        return (pads[..axes], pads[axes..]);
    }

    /// <summary>Fails if a tensor of these dimensions would be too large to be meant, given the elements that it is made from.</summary>
    public static Shape Checked(Call c, long from, IEnumerable<long> dims)
    {
        long[] all = [.. dims];
        var shape = TensorReader.Dims(all, c.Place);
        return shape.Count <= Math.Max(MostElements, MostGrowth * from)
            ? shape
            : throw c.Bad($"a tensor of [{string.Join(", ", all)}] is too large for a result of {from} elements.");
    }

    /// <summary>Cells from a window's first to its last tap on one axis, both included.</summary>
    public static long Reach(int kernel, int dilation) => ((kernel - 1L) * dilation) + 1;

    /// <summary>The image with the border that windows cover laid around it; leading axes stay.</summary>
    public Tensor Pad(Tensor x, double value)
    {
        int lead = x.Rank - Axes;
        int[] before = [.. new int[lead], .. Before];
        int[] after = [.. new int[lead], .. Enumerable.Range(0, Axes).Select(End)];
        return before.All(b => b == 0) && after.All(a => a == 0) ? x : x.Pad(before, after, value);
    }

    /// <summary>The same window over the result of <see cref="Pad"/>.</summary>
    public Window Padded()
    {
        var none = new int[Axes];
        return this with { Image = [.. Enumerable.Range(0, Axes).Select(i => Before[i] + Image[i] + End(i))], Before = none, After = none };
    }

    /// <summary>What the windows' taps number <paramref name="tap"/> on axis <paramref name="i"/> cover of a padded tensor's axis <paramref name="axis"/>.</summary>
    public Tensor Tap(Tensor padded, int axis, int i, int tap)
    {
        int from = tap * Dilation[i];
        return padded.Narrow(axis, from, from + ((Result[i] - 1) * Stride[i]) + 1, Stride[i]);
    }

    // Cells behind the image that windows do cover: where steps do not fit there are fewer than After, with rounding up more.
    private int End(int i)
        => (int)Math.Max(0, ((Result[i] - 1L) * Stride[i]) + Reach(Kernel[i], Dilation[i]) - Image[i] - Before[i]);

    private Window Part(Range axes)
        => new(Image[axes], Kernel[axes], Stride[axes], Dilation[axes], Before[axes], After[axes], Result[axes]);

    private static Window Make(Call c, ReadOnlySpan<int> image, int[] kernel, int mostPadding)
    {
        int axes = image.Length;
        if (kernel.Length != axes || axes == 0 || kernel.Any(k => k < 1))
        {
            throw c.Bad($"a kernel of [{string.Join(", ", kernel)}] does not fit an image with the spatial axes [{string.Join(", ", image.ToArray())}].");
        }

        int[] stride = PerAxis(c, "strides", axes, 1, 1), dilation = PerAxis(c, "dilations", axes, 1, 1);
        var (before, after) = Pads(c, axes);
        var result = new int[axes];
        bool up = c.Flag("ceil_mode");
        string auto = c.Text("auto_pad", "NOTSET");
        for (int i = 0; i < axes; i++)
        {
            long reach = Reach(kernel[i], dilation[i]);
            if (auto is "SAME_UPPER" or "SAME_LOWER")
            {
                result[i] = (int)((image[i] + stride[i] - 1L) / stride[i]);
                int pad = checked((int)Math.Max(0, ((result[i] - 1L) * stride[i]) + reach - image[i]));
                before[i] = auto == "SAME_UPPER" ? pad / 2 : pad - (pad / 2);
                after[i] = pad - before[i];
                continue;
            }

            if (auto == "VALID")
            {
                (before[i], after[i]) = (0, 0);
            }
            else if (auto is not ("NOTSET" or ""))
            {
                throw c.Bad($"auto_pad must be NOTSET, SAME_UPPER, SAME_LOWER or VALID, not {OnnxException.Quote(auto)}.");
            }

            long room = (long)image[i] + before[i] + after[i] - reach;
            if (room < 0)
            {
                throw c.Bad($"a window of {kernel[i]} with dilation {dilation[i]} does not fit into spatial axis {i} with {image[i]} cells and pads of {before[i]} and {after[i]}.");
            }

            result[i] = (int)((room + (up ? stride[i] - 1 : 0)) / stride[i]) + 1;

            // A window that begins behind the image sees nothing of it.
            result[i] -= up && (result[i] - 1L) * stride[i] >= (long)image[i] + before[i] ? 1 : 0;
        }

        // A single window steps nowhere, nor does a single tap: sizes then do not bound the steps, which kernels count with.
        var cells = image.ToArray();
        stride = [.. stride.Select((s, i) => (int)Math.Min(s, (long)cells[i] + before[i] + after[i] + 1))];
        dilation = [.. dilation.Select((d, i) => kernel[i] == 1 ? 1 : d)];
        var window = new Window(cells, kernel, stride, dilation, before, after, result);
        long given = cells.Aggregate(1L, (a, b) => a * b), padded = window.Padded().Image.Aggregate(1L, (a, b) => checked(a * b));
        return padded <= Math.Max(MostPadded, 64 * given) && Enumerable.Range(0, axes).All(i => Math.Max(before[i], after[i]) <= Math.Max(mostPadding, cells[i]))
            ? window
            : throw c.Bad($"pads of [{string.Join(", ", before.Concat(after))}] are too large.");
    }
}

namespace Mettle;

/// <summary>Attributes of an int8 convolution and the sizes of its weights [K, C / groups, kernel...].</summary>
internal sealed class Int8Filters
{
    private readonly string op;

    /// <summary>
    /// Padding is one number per spatial axis, for both sides, or all begins and then all ends. Throws
    /// <see cref="ArgumentException"/> if attributes and weights do not fit.
    /// </summary>
    public Int8Filters(string op, TensorSpec weight, ReadOnlySpan<int> stride, ReadOnlySpan<int> padding, ReadOnlySpan<int> dilation, int groups)
    {
        this.op = op;
        int axes = stride.Length;
        (Stride, Dilation, Groups) = (stride.ToArray(), dilation.ToArray(), groups);
        Padding = padding.Length == axes ? [.. padding, .. padding] : padding.ToArray();
        if (axes is < 1 or > 2 || Padding.Length != 2 * axes || dilation.Length != axes || groups < 1
            || stride.ContainsAnyInRange(int.MinValue, 0) || dilation.ContainsAnyInRange(int.MinValue, 0) || padding.ContainsAnyInRange(int.MinValue, -1))
        {
            throw Bad($"needs a stride and dilation of at least 1 and a padding of at least 0 for each of one or two spatial axes and at least one group, got {this}.");
        }

        var shape = weight.Shape;
        if (shape.Rank != axes + 2 || weight.DType is not (DType.U8 or DType.I8) || shape[0] % groups != 0)
        {
            throw Bad($"weights {weight} must be u8 or i8 with {axes + 2} axes, and their filters divide into {groups} groups.");
        }

        Kernel = shape.Dims[2..].ToArray();
        (In, Out) = (shape[1], shape[0] / groups);
    }

    public int[] Kernel { get; }

    public int[] Stride { get; }

    /// <summary>Begins, then ends.</summary>
    public int[] Padding { get; }

    public int[] Dilation { get; }

    public int Groups { get; }

    /// <summary>Channels of one group of the images.</summary>
    public int In { get; }

    /// <summary>Filters of one group.</summary>
    public int Out { get; }

    /// <summary>One filter per channel, which sees only that.</summary>
    public bool Depthwise => In == 1 && Out == 1 && Groups > 1;

    /// <summary>
    /// Stretches of a filter's taps whose activations lie together in channels-last images: kernel rows, or single taps
    /// where columns are dilated.
    /// </summary>
    public int Runs => Adjacent ? Taps / Math.Max(1, Kernel[^1]) : Taps;

    /// <summary>Elements of a run.</summary>
    public int Length => Adjacent ? Kernel[^1] * In : In;

    /// <summary>Taps of a filter.</summary>
    public int Taps => Kernel.Length == 1 ? Kernel[0] : Kernel[0] * Kernel[1];

    private bool Adjacent => Dilation[^1] == 1 || Kernel[^1] == 1;

    /// <summary>Shape of the result for images; throws <see cref="ArgumentException"/> if they do not fit.</summary>
    public Shape Result(TensorSpec x)
    {
        int axes = Stride.Length;
        if (x.Shape.Rank != axes + 2 || x.DType is not (DType.U8 or DType.I8) || x.Shape[1] != (long)In * Groups)
        {
            throw Bad($"images {x} must be u8 or i8 with {axes + 2} axes and {(long)In * Groups} channels.");
        }

        var dims = new int[axes + 2];
        (dims[0], dims[1]) = (x.Shape[0], Out * Groups);
        for (int i = 0; i < axes; i++)
        {
            long reach = ((Kernel[i] - 1L) * Dilation[i]) + 1;
            long room = x.Shape[i + 2] + (long)Padding[i] + Padding[i + axes] - reach;
            if (room < 0 || Kernel[i] < 1)
            {
                throw Bad($"a kernel of {Kernel[i]} with dilation {Dilation[i]} does not fit into axis {i + 2} of {x} with padding {Padding[i]} and {Padding[i + axes]}.");
            }

            dims[i + 2] = (int)(room / Stride[i]) + 1;
        }

        return new(dims);
    }

    /// <summary>Integer operations of a result: a multiply-add per element and tap counts two.</summary>
    public long Operations(Shape result) => 2 * result.Count * In * Taps;

    /// <inheritdoc/>
    public override string ToString()
        => $"{op}(stride [{string.Join(", ", Stride)}], padding [{string.Join(", ", Padding)}], dilation [{string.Join(", ", Dilation)}], groups {Groups})";

    /// <summary>The filters as rows of (kernel row, kernel column, channel), without recording.</summary>
    public Tensor Rows(Tensor weight)
        => (weight.Rank == 3 ? weight.View(new([weight.Shape[0], weight.Shape[2], weight.Shape[1]]), [weight.Strides[0], weight.Strides[2], weight.Strides[1]], weight.Offset)
            : weight.View(new([weight.Shape[0], weight.Shape[2], weight.Shape[3], weight.Shape[1]]), [weight.Strides[0], weight.Strides[2], weight.Strides[3], weight.Strides[1]], weight.Offset)).RowMajor();

    private ArgumentException Bad(string message) => new($"{op}: {message}");
}

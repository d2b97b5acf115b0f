namespace Mettle;

/// <summary>A pooling window over planes of one size; a range of taps that lie inside the plane per position.</summary>
internal readonly record struct PoolWindow
{
    public PoolWindow(Shape x, Shape y, Pair kernel, Pair stride, Pair padding, Pair dilation)
    {
        (Images, Channels, Height, Width, OutHeight, OutWidth) = (x[0], x[1], x[2], x[3], y[2], y[3]);
        (Kernel, Stride, Padding, Dilation) = (kernel, stride, padding, dilation);
    }

    public int Images { get; }

    public int Channels { get; }

    public int Height { get; }

    public int Width { get; }

    public int OutHeight { get; }

    public int OutWidth { get; }

    public Pair Kernel { get; }

    public Pair Stride { get; }

    public Pair Padding { get; }

    public Pair Dilation { get; }

    /// <summary>Plane rows [from, to) in steps of the dilation under window row <paramref name="i"/>.</summary>
    public (int From, int To) Rows(int i) => Range(i, Stride.Height, Padding.Height, Dilation.Height, Kernel.Height, Height);

    /// <summary>Plane columns [from, to) in steps of the dilation under window column <paramref name="j"/>.</summary>
    public (int From, int To) Columns(int j) => Range(j, Stride.Width, Padding.Width, Dilation.Width, Kernel.Width, Width);

    private static (int From, int To) Range(int i, int stride, int padding, int dilation, int kernel, int size)
    {
        int from = (i * stride) - padding;
        int to = Math.Min(size, from + ((kernel - 1) * dilation) + 1);
        return (from < 0 ? from + ((-from + dilation - 1) / dilation * dilation) : from, to);
    }
}

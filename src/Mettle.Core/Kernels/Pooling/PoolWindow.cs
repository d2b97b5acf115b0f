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

    /// <summary>Window rows [from, to) that cover plane row <paramref name="h"/>; without dilation.</summary>
    public (int From, int To) RowsOver(int h) => Over(h, Stride.Height, Padding.Height, Kernel.Height, OutHeight);

    /// <summary>Window columns [from, to) that cover plane column <paramref name="w"/>; without dilation.</summary>
    public (int From, int To) ColumnsOver(int w) => Over(w, Stride.Width, Padding.Width, Kernel.Width, OutWidth);

    /// <summary>Cells that a mean over window (i, j) divides by.</summary>
    public int Divisor(int i, int j, bool countPadding)
    {
        if (countPadding)
        {
            return Kernel.Height * Kernel.Width;
        }

        var (top, bottom) = Rows(i);
        var (left, right) = Columns(j);
        return (bottom - top) * (right - left);
    }

    private static (int From, int To) Over(int at, int stride, int padding, int kernel, int count)
    {
        int before = at + padding - kernel;
        return (before < 0 ? 0 : (before / stride) + 1, Math.Min(count, ((at + padding) / stride) + 1));
    }

    private static (int From, int To) Range(int i, int stride, int padding, int dilation, int kernel, int size)
    {
        int from = (i * stride) - padding;
        int to = Math.Min(size, from + ((kernel - 1) * dilation) + 1);
        return (from < 0 ? from + ((-from + dilation - 1) / dilation * dilation) : from, to);
    }
}

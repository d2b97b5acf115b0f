namespace Mettle;

/// <summary>A prepared depthwise convolution.</summary>
internal sealed unsafe class DepthwiseConvolution<T> : PreparedConvolution
    where T : unmanaged
{
    private readonly DepthwiseJob<T> job;
    private readonly ConvEnd<T> end;

    /// <summary>For operands like these; what they hold is not read, but for <paramref name="w"/> and <paramref name="bias"/>.</summary>
    public DepthwiseConvolution(ConvGeometry s, Tensor x, Tensor w, Tensor bias, ConvEnd<T> end, Tensor y)
        : base(x, w, bias, y)
    {
        this.end = end;
        Own(Depthwise.Arrange(s, w, bias, backward: false, out job, out long bytes), bytes);
        job.End = end;
    }

    /// <inheritdoc/>
    protected override void Run(Tensor x, byte* more, Tensor y)
    {
        long bytes = 0;
        bool copies = !ChannelRows.Lies(x);
        byte* copy = copies ? ChannelRows.Copy(x, out bytes) : null;
        var mine = job;
        mine.X = copies ? ImageView<T>.OfRows(copy, x) : new(x);
        mine.Y = new(y);
        mine.End.Bounded &= more is null;
        Scheduler.For(checked(y.Shape[0] * mine.RowParts), mine);
        if (more is not null)
        {
            var after = end;
            after.More = (nint)((T*)more - (T*)y.Pointer);
            int channels = y.Shape[1];
            after.Copy((T*)y.Pointer, channels, (T*)y.Pointer, channels, checked((int)(y.Count / channels)), channels);
        }

        if (copies)
        {
            Memory.Return(copy, bytes);
        }
    }
}

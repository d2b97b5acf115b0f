namespace Mettle;

/// <summary>A prepared convolution by register tiles.</summary>
internal sealed unsafe class TiledConvolution<T> : PreparedConvolution
    where T : unmanaged
{
    // Of wider rows the edges are a small part, and not worth a copy of all.
    private const int NarrowRows = 48;

    private readonly ConvJob<T> job;
    private readonly bool copies;

    /// <summary>For operands like these; what they hold is not read, but for <paramref name="w"/> and <paramref name="bias"/>.</summary>
    public TiledConvolution(ConvGeometry s, Tensor x, Tensor w, Tensor bias, ConvEnd<T> end, Tensor y)
        : base(x, w, bias, y)
    {
        bool rowsOfChannels = ChannelRows.Lies(x);
        copies = !rowsOfChannels && x.Shape[1] > 8;
        var source = copies ? ChannelRows.Allocate(x.Spec) : x;
        job = new ConvJob<T>
        {
            X = new(source),
            Height = s.Height,
            Width = s.Width,
            Y = new(y),
            Images = s.Images,
            Rows = TapAxis.Forward(s.OutHeight, s.KernelHeight, s.StrideHeight, s.PadHeight, s.DilationHeight),
            Columns = TapAxis.Forward(s.OutWidth, s.KernelWidth, s.StrideWidth, s.PadWidth, s.DilationWidth),
            Groups = s.Groups,
            In = s.InChannels,
            Out = s.OutChannels,
            W = new(w),
            WGroup = s.OutChannels * (nint)w.Strides[0],
            WIn = w.Strides[1],
            WOut = w.Strides[0],
            Bias = (T*)bias.Pointer,
            BiasStep = bias.Strides[0],
            End = end,
        };
        bool padded = !job.Rows.Inside(s.Height) || !job.Columns.Inside(s.Width);
        bool scattered = !rowsOfChannels && !copies && s.KernelWidth > 1;
        var mine = job;
        Own(Convolution.Arrange(ref mine, window: (padded || scattered) && (s.OutWidth <= NarrowRows || (scattered && x.Shape[1] == 1)), out long bytes), bytes);
        job = mine;
        ChannelRows.Free(source, x);
    }

    /// <inheritdoc/>
    protected override void Run(Tensor x, byte* more, Tensor y)
    {
        long bytes = 0;
        byte* copy = copies ? ChannelRows.Copy(x, out bytes) : null;
        var mine = job;
        mine.X = copies ? ImageView<T>.OfRows(copy, x) : new(x);
        mine.Y = new(y);
        mine.End.More = more is null ? 0 : (nint)((T*)more - (T*)y.Pointer);
        Scheduler.For(mine.AllParts, mine);
        if (copies)
        {
            Memory.Return(copy, bytes);
        }
    }
}

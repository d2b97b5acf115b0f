namespace Mettle;

/// <summary>
/// Convolutions with as many groups as channels and one filter each: the lanes of a vector are neighbouring channels. The
/// chains per element are those of <see cref="Convolution"/>.
/// </summary>
internal static unsafe class Depthwise
{
    private const int MaxChunks = 16;

    /// <summary>Whether each channel is a group of its own with one filter.</summary>
    public static bool Does(ConvGeometry s) => s is { InChannels: 1, OutChannels: 1, Groups: > 1 };

    /// <summary>y = bias + sum over taps of x times w.</summary>
    public static void Forward<T>(ConvGeometry s, Tensor x, Tensor w, Tensor? bias, Tensor y)
        where T : unmanaged
        => Gather<T>(s, x, w, bias, y, backward: false);

    /// <summary>x = sum over taps of g times w, for all residues of the positions modulo the strides.</summary>
    public static void InputGradient<T>(ConvGeometry s, Tensor g, Tensor w, Tensor x)
        where T : unmanaged
        => Gather<T>(s, g, w, null, x, backward: true);

    /// <summary>w = sum over images and pixels of x under each tap times g, both channels-last; contiguous [channels, 1, taps].</summary>
    public static void Weights<T>(ImageView<T> x, ImageView<T> g, ConvGeometry s, TapAxis rows, TapAxis columns, T* w)
        where T : unmanaged
    {
        int chunks = Math.Min(s.Images, MaxChunks), taps = rows.Taps * columns.Taps;
        nint size = (nint)taps * s.Groups;
        long sums = (long)size * chunks * sizeof(T);
        byte* scratch = (byte*)Memory.Allocate(sums + ((long)sizeof(TapRegion) * (rows.MaxRegions + columns.MaxRegions)), out long bytes);
        var job = new DepthwiseWeightJob<T>
        {
            X = x,
            G = g,
            S = s,
            Rows = rows,
            Columns = columns,
            Chunks = chunks,
            Blocks = (s.Groups + DepthwiseWeightJob<T>.BlockChannels - 1) / DepthwiseWeightJob<T>.BlockChannels,
            Partial = (T*)scratch,
            RowRegions = (TapRegion*)(scratch + sums),
            ColumnRegions = (TapRegion*)(scratch + sums) + rows.MaxRegions,
        };
        job.RowRegionCount = rows.Regions(s.Height, job.RowRegions);
        job.ColumnRegionCount = columns.Regions(s.Width, job.ColumnRegions);
        Scheduler.For(checked(chunks * job.Blocks), job);
        job.Add(w);
        Memory.Return(scratch, bytes);
    }

    private static void Gather<T>(ConvGeometry s, Tensor x, Tensor w, Tensor? bias, Tensor y, bool backward)
        where T : unmanaged
    {
        var source = ChannelRows.Of(x);
        byte* scratch = Arrange<T>(s, w, bias, backward, out var job, out long bytes);
        job.X = new(source);
        job.Y = new(y);
        Scheduler.For(checked(s.Images * job.RowParts), job);
        ChannelRows.Free(source, x);
        Memory.Return(scratch, bytes);
    }

    /// <summary>
    /// A job that wants but its images, for weights in the order that it reads; returns the memory that it works with, to give back. A
    /// gradient has a phase for each residue of the positions modulo the strides.
    /// </summary>
    public static byte* Arrange<T>(ConvGeometry s, Tensor w, Tensor? bias, bool backward, out DepthwiseJob<T> job, out long bytes)
        where T : unmanaged
    {
        int rowPhases = backward ? s.StrideHeight : 1, columnPhases = backward ? s.StrideWidth : 1;
        nint channels = s.Groups, taps = s.KernelHeight * s.KernelWidth;
        int mostRegions = (2 * s.KernelWidth) + 1;
        long weights = (taps + 1L) * channels * sizeof(T);
        long rows = (long)sizeof(TapAxis) * rowPhases, columns = (long)sizeof(DepthwiseColumns) * columnPhases;
        byte* scratch = (byte*)Memory.Allocate(weights + rows + columns + ((long)sizeof(TapRegion) * mostRegions * columnPhases), out bytes);
        job = new DepthwiseJob<T>
        {
            Channels = s.Groups,
            Height = backward ? s.OutHeight : s.Height,
            Weights = (T*)scratch,
            KernelWidth = s.KernelWidth,
            Start = (T*)scratch + (taps * channels),
            Rows = (TapAxis*)(scratch + weights),
            RowPhases = rowPhases,
            Columns = (DepthwiseColumns*)(scratch + weights + rows),
            ColumnPhases = columnPhases,
        };
        for (int i = 0; i < rowPhases; i++)
        {
            job.Rows[i] = backward
                ? TapAxis.Backward(i, s.Height, s.KernelHeight, s.StrideHeight, s.PadHeight, s.DilationHeight)
                : TapAxis.Forward(s.OutHeight, s.KernelHeight, s.StrideHeight, s.PadHeight, s.DilationHeight);
        }

        for (int j = 0; j < columnPhases; j++)
        {
            var axis = backward
                ? TapAxis.Backward(j, s.Width, s.KernelWidth, s.StrideWidth, s.PadWidth, s.DilationWidth)
                : TapAxis.Forward(s.OutWidth, s.KernelWidth, s.StrideWidth, s.PadWidth, s.DilationWidth);
            var regions = (TapRegion*)(scratch + weights + rows + columns) + ((nint)j * mostRegions);
            job.Columns[j] = new(axis, regions, axis.Regions(backward ? s.OutWidth : s.Width, regions));
        }

        PackWeights(new ImageView<T>(w), s, job.Weights);
        for (int c = 0; c < channels; c++)
        {
            job.Start[c] = bias is null ? default : ((T*)bias.Pointer)[c * (nint)bias.Strides[0]];
        }

        return scratch;
    }

    // By tap and channel.
    private static void PackWeights<T>(ImageView<T> w, ConvGeometry s, T* to)
        where T : unmanaged
    {
        for (int a = 0; a < s.KernelHeight; a++)
        {
            for (int b = 0; b < s.KernelWidth; b++)
            {
                T* tap = w.Data + (a * w.Row) + (b * w.Column);
                for (int c = 0; c < s.Groups; c++)
                {
                    *to++ = tap[c * w.Image];
                }
            }
        }
    }
}

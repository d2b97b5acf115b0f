namespace Mettle;

/// <summary>
/// Convolutions with as many groups as channels and one filter each: the lanes of a vector are neighbouring channels. The
/// chains per element are those of <see cref="Convolution"/> and <see cref="WeightGradient"/>.
/// </summary>
internal static unsafe class Depthwise
{
    private const int RowsPerPart = 8;
    private const int MaxChunks = 16;

    /// <summary>One gathering pass over channels-last images: y = bias + sum over taps of x times w.</summary>
    public static void Pass<T>(
        ImageView<T> x, int height, int width, ImageView<T> y, int images, int channels, TapAxis rows, TapAxis columns, ImageView<T> w, T* bias, nint biasStep)
        where T : unmanaged
    {
        int taps = rows.Taps * columns.Taps;
        long weights = (taps + 1L) * channels * sizeof(T);
        long strips = (long)sizeof(Strip) * taps * columns.MaxRegions;
        byte* scratch = (byte*)Memory.Allocate(weights + strips + ((long)sizeof(TapRegion) * (rows.MaxRegions + columns.MaxRegions)), out long bytes);
        var job = new DepthwiseJob<T>
        {
            X = x,
            Y = y,
            Channels = channels,
            Rows = rows,
            Columns = columns,
            Weights = (T*)scratch,
            Start = (T*)scratch + ((nint)taps * channels),
            Strips = (Strip*)(scratch + weights),
            RowRegions = (TapRegion*)(scratch + weights + strips),
            RowsPerPart = RowsPerPart,
            RowParts = (rows.Outputs + RowsPerPart - 1) / RowsPerPart,
        };
        job.ColumnRegions = job.RowRegions + rows.MaxRegions;
        job.RowRegionCount = rows.Regions(height, job.RowRegions);
        job.ColumnRegionCount = columns.Regions(width, job.ColumnRegions);
        job.WriteStrips();
        for (int t = 0; t < taps; t++)
        {
            T* tap = w.Data + (rows.KernelOf(t / columns.Taps) * w.Row) + (columns.KernelOf(t % columns.Taps) * w.Column);
            for (int c = 0; c < channels; c++)
            {
                job.Weights[((nint)t * channels) + c] = tap[c * w.Image];
            }
        }

        for (int c = 0; c < channels; c++)
        {
            job.Start[c] = bias is null ? default : bias[c * biasStep];
        }

        Scheduler.For(checked(images * job.RowParts), job);
        Memory.Return(scratch, bytes);
    }

    /// <summary>w = sum over images and pixels of x under each tap times g, both channels-last; contiguous [channels, 1, taps].</summary>
    public static void Weights<T>(ImageView<T> x, ImageView<T> g, ConvGeometry s, TapAxis rows, TapAxis columns, T* w)
        where T : unmanaged
    {
        int chunks = Math.Min(s.Images, MaxChunks), taps = rows.Taps * columns.Taps;
        nint size = (nint)taps * s.Groups;
        long sums = (long)size * chunks * sizeof(T);
        byte* scratch = (byte*)Memory.Allocate(sums + ((long)sizeof(TapRegion) * columns.MaxRegions), out long bytes);
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
            ColumnRegions = (TapRegion*)(scratch + sums),
        };
        job.ColumnRegionCount = columns.Regions(s.Width, job.ColumnRegions);
        Scheduler.For(checked(chunks * job.Blocks), job);
        job.Add(w);
        Memory.Return(scratch, bytes);
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Convolutions as matrix products of the images where they lie: rows are pixels, k runs over (kernel row, kernel column,
/// channel). Results are cut into rectangles that see the same taps, so padding is neither stored nor multiplied.
/// </summary>
internal static unsafe class Convolution
{
    /// <summary>Images and results of a part stay in the second-level cache.</summary>
    private const int PartBytes = 1 << 18;
    private const int WantedParts = 16;

    /// <summary>Edges of so many rows fill a tile.</summary>
    private const int LeastRows = 8;
    private const long LeastWork = 1 << 19;
    private const int CornerImages = 8;

    /// <summary>Multiply-adds of a part: some ten microseconds, so that nobody waits long for the last one.</summary>
    public const long MostWork = 1 << 23;

    /// <summary>y = conv(x, w) + bias; by <see cref="Winograd"/> where that is wanted and fits.</summary>
    public static void Forward<T>(ConvGeometry s, Tensor x, Tensor w, Tensor? bias, Tensor y, bool winograd = false)
        where T : unmanaged
    {
        if (Depthwise.Does(s))
        {
            Depthwise.Forward<T>(s, x, w, bias, y);
            return;
        }

        var rows = TapAxis.Forward(s.OutHeight, s.KernelHeight, s.StrideHeight, s.PadHeight, s.DilationHeight);
        var columns = TapAxis.Forward(s.OutWidth, s.KernelWidth, s.StrideWidth, s.PadWidth, s.DilationWidth);
        var source = Source(x, s, winograd);
        var job = new ConvJob<T>
        {
            X = new(source),
            Height = s.Height,
            Width = s.Width,
            Y = new(y),
            Groups = s.Groups,
            In = s.InChannels,
            Out = s.OutChannels,
            W = new(w),
            WGroup = s.OutChannels * (nint)w.Strides[0],
            WIn = w.Strides[1],
            WOut = w.Strides[0],
            Bias = bias is null ? null : (T*)bias.Pointer,
            BiasStep = bias?.Strides[0] ?? 0,
        };
        Pass(job, s.Images, rows, columns, winograd);
        ChannelRows.Free(source, x);
    }

    /// <summary>x = transposed conv of g with w, one pass for each residue of the positions modulo the strides.</summary>
    public static void InputGradient<T>(ConvGeometry s, Tensor g, Tensor w, Tensor x, bool winograd = false)
        where T : unmanaged
    {
        if (Depthwise.Does(s))
        {
            Depthwise.InputGradient<T>(s, g, w, x);
            return;
        }

        var source = Source(g, s, winograd);
        var job = new ConvJob<T>
        {
            X = new(source),
            Height = s.OutHeight,
            Width = s.OutWidth,
            Y = new(x),
            Groups = s.Groups,
            In = s.OutChannels,
            Out = s.InChannels,
            W = new(w),
            WGroup = s.OutChannels * (nint)w.Strides[0],
            WIn = w.Strides[0],
            WOut = w.Strides[1],
        };
        // Elements that see no tap are zero: where there are some, the first pass clears the rows it works on.
        bool gaps = HasGaps(s.StrideHeight, s.KernelHeight, s.DilationHeight) || HasGaps(s.StrideWidth, s.KernelWidth, s.DilationWidth);
        job.ClearsTo = gaps ? s.Height : 0;
        job.ClearedRow = checked(s.Width * s.InChannels);
        if (gaps && s.Groups > 1)
        {
            new Span<byte>(x.Pointer, checked((int)x.Spec.Bytes)).Clear();
            job.ClearsTo = 0;
        }

        for (int i = 0; i < s.StrideHeight; i++)
        {
            var rows = TapAxis.Backward(i, s.Height, s.KernelHeight, s.StrideHeight, s.PadHeight, s.DilationHeight);
            for (int j = 0; j < s.StrideWidth; j++)
            {
                var columns = TapAxis.Backward(j, s.Width, s.KernelWidth, s.StrideWidth, s.PadWidth, s.DilationWidth);
                if (rows.Outputs > 0 && columns.Outputs > 0 && (!gaps || (rows.Taps > 0 && columns.Taps > 0)))
                {
                    Pass(job, s.Images, rows, columns, winograd);
                    job.ClearsTo = 0;
                }
            }
        }

        if (job.ClearsTo > 0)
        {
            new Span<byte>(x.Pointer, checked((int)x.Spec.Bytes)).Clear();
        }

        ChannelRows.Free(source, g);
    }

    // Whether some residue of the positions modulo the stride sees no kernel element.
    private static bool HasGaps(int stride, int kernel, int dilation)
    {
        int seen = 0;
        for (int phase = 0; phase < stride; phase++)
        {
            seen += TapAxis.Backward(phase, stride, kernel, stride, 0, dilation).Taps > 0 ? 1 : 0;
        }

        return seen < stride;
    }

    // Few channels may lie in planes; the planes of many would fall on each other's places in the cache.
    private static Tensor Source(Tensor x, ConvGeometry s, bool winograd)
        => x.Shape[1] <= 8 && !winograd ? x : ChannelRows.Of(x);

    private static void Pass<T>(ConvJob<T> job, int images, TapAxis rows, TapAxis columns, bool winograd)
        where T : unmanaged
    {
        if (images == 0 || job.Out == 0 || rows.Outputs == 0 || columns.Outputs == 0)
        {
            return;
        }

        job.Rows = rows;
        job.Columns = columns;
        job.Images = images;
        if (winograd && typeof(T) == typeof(float) && job.In > 0 && Winograd.Does(rows, columns, job.Groups))
        {
            Winograd.Pass(Unsafe.As<ConvJob<T>, ConvJob<float>>(ref job), rows, columns);
            return;
        }

        byte* scratch = Arrange(ref job, window: false, out long bytes);
        Scheduler.For(job.AllParts, job);
        Memory.Return(scratch, bytes);
    }

    /// <summary>
    /// Packs the filters of a job and cuts it into parts; returns the memory that it works with, <paramref name="bytes"/> long, to give back.
    /// With <paramref name="window"/> padding counts as zeros, unless a weight is not finite.
    /// </summary>
    public static byte* Arrange<T>(ref ConvJob<T> job, bool window, out long bytes)
        where T : unmanaged
    {
        var (rows, columns, images) = (job.Rows, job.Columns, job.Images);
        int nr = StripProduct<T>.PanelColumns;
        job.Panels = (job.Out + nr - 1) / nr;
        job.Depth = checked(rows.Taps * columns.Taps * job.In * nr) / nr;

        long regions = (long)sizeof(TapRegion) * (rows.MaxRegions + columns.MaxRegions);
        long strips = (long)sizeof(Strip) * rows.Taps * job.MostStripsPerRow * columns.MaxRegions;
        long starts = (long)job.Groups * job.Panels * nr * sizeof(T);
        long packed = starts * job.Depth;
        byte* scratch = (byte*)Memory.Allocate(packed + starts + strips + regions, out bytes);
        job.Packed = (T*)scratch;
        job.Starts = (T*)(scratch + packed);
        job.Strips = (Strip*)(scratch + packed + starts);
        job.Packing = true;
        Scheduler.For(job.Groups * job.Panels, job);
        job.Packing = false;

        job.Windowed = window && IsFinite(job.Packed, packed / sizeof(T));
        job.Merged = columns.Gap == 1 && (job.Windowed || job.X.Column == job.In * job.X.Channel);
        job.RowRegions = (TapRegion*)(scratch + packed + starts + strips);
        job.ColumnRegions = job.RowRegions + rows.MaxRegions;
        job.RowRegionCount = job.Windowed ? rows.AsOne(job.RowRegions) : rows.Regions(job.Height, job.RowRegions);
        job.ColumnRegionCount = job.Windowed ? columns.AsOne(job.ColumnRegions) : columns.Regions(job.Width, job.ColumnRegions);
        job.WriteStrips();

        long rowWork = Math.Max(1, (long)columns.Outputs * job.Depth * job.Out);
        long rowBytes = Math.Max(1, sizeof(T) * (((long)rows.Stride * job.Width * job.In) + ((long)columns.Outputs * job.Out)));
        int rowParts = Math.Max(1, (WantedParts + images - 1) / images);
        job.RowsPerPart = (int)Math.Clamp(
            Math.Min(Math.Min(PartBytes / rowBytes, MostWork / rowWork), (rows.Outputs + rowParts - 1) / rowParts), Math.Min(rows.Outputs, Math.Max(LeastRows, (LeastWork + rowWork - 1) / rowWork)), rows.Outputs);
        job.RowParts = (rows.Outputs + job.RowsPerPart - 1) / job.RowsPerPart;
        job.ImagesPerPart = job.RowParts > 1 ? 1 : (int)Math.Min(images, Math.Max(Math.Min(8, images / WantedParts), (LeastWork / (rowWork * rows.Outputs)) + 1));
        int imageParts = (images + job.ImagesPerPart - 1) / job.ImagesPerPart;
        int parts = checked(imageParts * job.Groups * job.RowParts);
        job.PanelParts = job.ClearsTo > 0 || job.Windowed ? 1 : Math.Min(job.Panels, (WantedParts + parts - 1) / parts);
        job.Parts = checked(parts * job.PanelParts);

        // Where parts clear what they work on, nobody else may write there before.
        job.CornerImages = job.ImagesPerPart < CornerImages / 2 && job.ImagesPerPart < images && job.ClearsTo == 0 && !job.Windowed ? CornerImages : 0;
        int corners = job.CornerImages == 0 ? 0 : (images + CornerImages - 1) / CornerImages * job.Groups;
        job.AllParts = checked(job.Parts + corners);
        return scratch;
    }

    private static bool IsFinite<T>(T* values, long count)
        where T : unmanaged
    {
        var unlike = Vector512<T>.Zero;
        for (long i = 0; i < count; i += Vector512<T>.Count)
        {
            // A difference with itself is 0, but for infinities and NaN.
            var v = Vector512.Load(values + i);
            unlike |= v - v;
        }

        return Vector512.EqualsAll(unlike, Vector512<T>.Zero);
    }
}

using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// A prepared convolution of few filters, whose results lie in row-major planes: lanes are neighbouring pixels, since the lanes of
/// few filters would stay empty.
/// </summary>
internal sealed unsafe class PlaneConvolution<T> : PreparedConvolution
    where T : unmanaged
{
    private const int MostFilters = 12;
    private const int LeastTaps = 4;

    /// <summary>Of a part's copy: what the second-level cache holds beside all else.</summary>
    private const int PartBytes = 1 << 18;
    private const int WantedParts = 8;
    private const int LeastRows = 8;
    private const int MostColumns = 2048;

    private readonly PlaneJob<T> job;
    private readonly ConvEnd<T> end;

    /// <summary>For operands like these; what they hold is not read, but for <paramref name="w"/> and <paramref name="bias"/>.</summary>
    public PlaneConvolution(ConvGeometry s, Tensor x, Tensor w, Tensor bias, ConvEnd<T> end, Tensor y)
        : base(x, w, bias, y)
    {
        this.end = end;
        job = new PlaneJob<T>
        {
            X = new(x),
            Height = s.Height,
            Width = s.Width,
            Images = s.Images,
            Channels = s.InChannels,
            Filters = s.OutChannels,
            Rows = TapAxis.Forward(s.OutHeight, s.KernelHeight, s.StrideHeight, s.PadHeight, s.DilationHeight),
            Columns = TapAxis.Forward(s.OutWidth, s.KernelWidth, s.StrideWidth, s.PadWidth, s.DilationWidth),
            Steps = checked(s.KernelHeight * s.KernelWidth * s.InChannels),
            End = end,
            ColumnsPerPart = Math.Min(s.OutWidth, MostColumns),
            RowsPerPart = s.OutHeight,
        };
        nint row = Math.Max(1, (job.Copied / job.Rows.Span(s.OutHeight)) * s.StrideHeight * sizeof(T));
        int wanted = Math.Max(LeastRows, (s.OutHeight + WantedParts - 1) / WantedParts);
        job.RowsPerPart = (int)Math.Clamp(PartBytes / row, Math.Min(LeastRows, s.OutHeight), Math.Min(wanted, s.OutHeight));

        long weights = (long)job.Steps * s.OutChannels * sizeof(T), starts = s.OutChannels * sizeof(T);
        byte* memory = (byte*)Memory.Allocate(weights + starts + ((long)job.Steps * sizeof(int)), out long bytes);
        Own(memory, bytes);
        job.Weights = (T*)memory;
        job.Start = (T*)(memory + weights);
        job.Places = (int*)(memory + weights + starts);
        job.WritePlaces();
        Pack(new ImageView<T>(w), s, job.Weights);
        for (int f = 0; f < s.OutChannels; f++)
        {
            job.Start[f] = ((T*)bias.Pointer)[f * (nint)bias.Strides[0]];
        }
    }

    /// <summary>Whether this is the way for such operands: it depends on shapes, layout and whether all weights are finite.</summary>
    public static bool Does(ConvGeometry s, Tensor x, Tensor w)
    {
        int lanes = Vector512<T>.Count;
        bool fuller = (long)s.OutWidth * Filled(s.OutChannels) > (long)s.OutChannels * Filled(s.OutWidth);
        bool worthCopying = s.KernelHeight * s.KernelWidth >= LeastTaps || (x.IsContiguous && !ChannelRows.Lies(x));
        return s.Groups == 1 && s.InChannels > 0 && s.OutChannels <= MostFilters && s.KernelHeight * s.KernelWidth > 0 && fuller && worthCopying && IsFinite(w);

        int Filled(int count) => (count + lanes - 1) / lanes * lanes;
    }

    /// <inheritdoc/>
    protected override void Run(Tensor x, byte* more, Tensor y)
    {
        var mine = job;
        mine.X = new(x);
        mine.Y = (T*)y.Pointer;
        mine.End.Bounded &= more is null;
        Scheduler.For(mine.Parts, mine);
        if (more is not null)
        {
            var after = end;
            after.More = (nint)((T*)more - (T*)y.Pointer);
            after.Copy((T*)y.Pointer, 0, (T*)y.Pointer, 0, 1, checked((int)y.Count));
        }
    }

    private static bool IsFinite(Tensor w)
    {
        var view = new ImageView<T>(w);
        nint rows = w.Rank == 4 ? w.Shape[2] : 1;
        for (nint f = 0; f < w.Shape[0]; f++)
        {
            for (nint c = 0; c < w.Shape[1]; c++)
            {
                for (nint a = 0; a < rows; a++)
                {
                    for (nint b = 0; b < w.Shape[^1]; b++)
                    {
                        // A difference with itself is 0, but for infinities and NaN.
                        var v = Vector512.CreateScalar(view.Data[(f * view.Image) + (c * view.Channel) + (a * view.Row) + (b * view.Column)]);
                        if (!Vector512.EqualsAll(v - v, Vector512<T>.Zero))
                        {
                            return false;
                        }
                    }
                }
            }
        }

        return true;
    }

    // By tile of filters, step and filter.
    private static void Pack(ImageView<T> w, ConvGeometry s, T* to)
    {
        for (int f = 0, together; f < s.OutChannels; f += together)
        {
            together = PlaneTile.Filters(s.OutChannels - f);
            for (int a = 0; a < s.KernelHeight; a++)
            {
                for (int b = 0; b < s.KernelWidth; b++)
                {
                    for (int c = 0; c < s.InChannels; c++)
                    {
                        T* weight = w.Data + (f * w.Image) + (c * w.Channel) + (a * w.Row) + (b * w.Column);
                        for (int k = 0; k < together; k++)
                        {
                            *to++ = weight[k * w.Image];
                        }
                    }
                }
            }
        }
    }
}

namespace Mettle;

/// <summary>
/// Gradient of a convolution by its weights: rows are a tap's channels, columns filters, k runs over the pixels of a chunk of
/// images that see the tap inside their image. The chunks' sums are added in index order.
/// </summary>
internal static unsafe class WeightGradient
{
    private const int MaxChunks = 16;
    private const long ChunkBytes = 1 << 21;
    private const int BlockBytes = 256 << 10;
    private const int PointBlockBytes = 144 << 10;
    private const int FewChannels = 8;

    /// <summary>w = sum over images and pixels of patches of x times g.</summary>
    public static void Run<T>(ConvGeometry s, Tensor x, Tensor g, Tensor w)
        where T : unmanaged
    {
        if (w.Count == 0)
        {
            return;
        }

        if (s.Images == 0)
        {
            new Span<byte>(w.Pointer, checked((int)w.Spec.Bytes)).Clear();
            return;
        }

        var rows = TapAxis.Forward(s.OutHeight, s.KernelHeight, s.StrideHeight, s.PadHeight, s.DilationHeight);
        var columns = TapAxis.Forward(s.OutWidth, s.KernelWidth, s.StrideWidth, s.PadWidth, s.DilationWidth);
        var gradient = ChannelRows.Of(g);
        bool depthwise = s is { InChannels: 1, OutChannels: 1, Groups: > 1 };
        bool few = !depthwise && s.InChannels < FewChannels;
        var source = few ? x : ChannelRows.Of(x);
        if (depthwise)
        {
            Depthwise.Weights(new(source), new(gradient), s, rows, columns, (T*)w.Pointer);
        }
        else
        {
            ImageView<T> images = new(source), gradients = new(gradient);
            bool turned = false;
            if (s is { KernelHeight: 1, KernelWidth: 1, PadHeight: 0, PadWidth: 0 } && images.Image == (nint)s.OutHeight * s.StrideHeight * images.Row
                && gradients.Image == s.OutHeight * gradients.Row)
            {
                // Rows of pixels are images of their own.
                (images, gradients) = (images.RowsAsImages(s.StrideHeight, s.StrideWidth), gradients.RowsAsImages(1, 1));
                s = s with { Images = checked(s.Images * s.OutHeight), Height = 1, OutHeight = 1, StrideHeight = 1, Width = s.OutWidth, StrideWidth = 1 };
                (rows, columns) = (TapAxis.Forward(1, 1, 1, 0, 1), TapAxis.Forward(s.OutWidth, 1, 1, 0, 1));
                turned = !few && s.OutChannels > s.InChannels && s.InChannels % StripProduct<T>.PanelColumns == 0;
                if (turned)
                {
                    // Steps along fewer channels stay nearer together.
                    (images, gradients) = (gradients, images);
                    s = s with { InChannels = s.OutChannels, OutChannels = s.InChannels };
                }
            }

            Sum(s, images, gradients, rows, columns, w, few, turned);
        }

        ChannelRows.Free(gradient, g);
        ChannelRows.Free(source, x);
    }

    private static void Sum<T>(ConvGeometry s, ImageView<T> x, ImageView<T> g, TapAxis rows, TapAxis columns, Tensor w, bool few, bool turned)
        where T : unmanaged
    {
        int nr = StripProduct<T>.PanelColumns, lanes = nr / 2;
        int panels = (s.OutChannels + nr - 1) / nr;
        int depth = checked(s.KernelHeight * s.KernelWidth * s.InChannels);
        long size = (long)depth * panels * nr * s.Groups;
        int chunks = (int)Math.Min(s.Images, Math.Clamp(ChunkBytes / (size * sizeof(T)), 1, MaxChunks));
        int tileBytes = sizeof(T) * (Math.Min(s.InChannels, nr) + Math.Min(s.OutChannels, nr));
        bool point = s.KernelHeight * s.KernelWidth == 1;
        int blockPixels = Math.Max(64, point ? PointBlockBytes / (sizeof(T) * (s.InChannels + s.OutChannels)) : BlockBytes / tileBytes);
        int rowsPerBlock = Math.Clamp(blockPixels / s.OutWidth, 1, s.OutHeight);
        bool whole = rowsPerBlock == s.OutHeight;
        long work = (long)s.Images * s.OutHeight * s.OutWidth * depth * s.OutChannels / chunks / Convolution.MostWork;
        int panelParts = (int)Math.Clamp(work, 1, point ? Math.Max(1, panels / 2) : panels);
        var job = new WeightGradientJob<T>
        {
            X = x,
            G = g,
            S = s,
            Rows = rows,
            Columns = columns,
            Panels = panels,
            PanelParts = panelParts,
            RowParts = few ? 1 : (int)Math.Clamp(work / panelParts, 1, s.KernelHeight),
            Depth = depth,
            Chunks = chunks,
            RowsPerBlock = rowsPerBlock,
            ImagesPerBlock = whole ? Math.Clamp(blockPixels / (s.OutHeight * s.OutWidth), 1, (s.Images + chunks - 1) / chunks) : 1,
            GradientPitch = s.OutChannels % lanes == 0 ? 0 : (s.OutChannels + lanes - 1) / lanes * lanes,
            Few = few,
            Turned = turned,
            Flat = point && x.Image == (nint)s.OutWidth * s.StrideWidth * x.Column && (s.OutChannels % lanes != 0 || g.Image == s.OutWidth * g.Column),
            W = (T*)w.Pointer,
        };

        long strips = (long)sizeof(Strip) * (job.Lists + 1) * job.BlockRows;
        job.Partial = (T*)Memory.Allocate((size * chunks * sizeof(T)) + strips, out long bytes);
        job.Strips = (Strip*)(job.Partial + (size * chunks));
        job.WriteStrips();
        Scheduler.For(checked(chunks * s.Groups * job.PanelParts * job.RowParts), job);
        job.Adding = true;
        Scheduler.For(panels * s.Groups, job);
        Memory.Return(job.Partial, bytes);
    }
}

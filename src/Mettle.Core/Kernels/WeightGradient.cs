using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Gradient of a convolution by its weights: rows are (kernel row, kernel column, channel), columns filters, k runs over the
/// pixels of a chunk of images.
/// </summary>
internal static unsafe class WeightGradient
{
    private const int MaxChunks = 16;
    private const long ChunkBytes = 1 << 25;
    private const int BlockBytes = 1 << 17;

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
        if (s is { InChannels: 1, OutChannels: 1, Groups: > 1 })
        {
            Depthwise.Weights(new(x), new(g), s, rows, columns, (T*)w.Pointer);
            return;
        }

        int nr = Gemm.TileColumns<T>();
        int panels = (s.OutChannels + nr - 1) / nr;
        int depth = s.KernelHeight * s.KernelWidth * s.InChannels;
        long size = (long)depth * panels * nr * s.Groups;
        int chunks = (int)Math.Min(s.Images, Math.Clamp(ChunkBytes / (size * sizeof(T)), 2, MaxChunks));
        var job = new Job<T>
        {
            X = new(x),
            G = new(g),
            S = s,
            Rows = rows,
            Columns = columns,
            Panels = panels,
            Depth = depth,
            Chunks = chunks,
            FiltersInPlace = s.OutChannels % nr == 0 && g.Strides[1] == 1,
            Partial = (T*)Memory.Allocate(size * chunks * sizeof(T), out long bytes),
            W = (T*)w.Pointer,
        };
        job.ImagesInPlace = job.X.Channel == 1 && job.X.Column == s.InChannels && job.Rows.Inside(s.Height) && job.Columns.Inside(s.Width);
        Scheduler.For(chunks * s.Groups, job);
        job.Adding = true;
        Scheduler.For(panels * s.Groups, job);
        Memory.Return(job.Partial, bytes);
    }

    private struct Job<T> : IJob
        where T : unmanaged
    {
        public ImageView<T> X;
        public ImageView<T> G;
        public ConvGeometry S;
        public TapAxis Rows;
        public TapAxis Columns;
        public int Panels;
        public int Depth;
        public int Chunks;
        public T* Partial;
        public T* W;
        public bool Adding;
        public bool ImagesInPlace;
        public bool FiltersInPlace;

        public readonly void Run(int index)
        {
            if (Adding)
            {
                Add(index / Panels, index % Panels);
                return;
            }

            int group = index % S.Groups;
            int chunk = index / S.Groups;
            int from = (int)((long)S.Images * chunk / Chunks);
            int to = (int)((long)S.Images * (chunk + 1) / Chunks);
            int nr = Gemm.TileColumns<T>();
            T* sum = Partial + ((nint)index * Panels * Depth * nr);
            int rowsPerBlock = Math.Clamp(BlockBytes / sizeof(T) / Math.Max(1, S.OutWidth * (Depth + (Panels * nr))), 1, S.OutHeight);
            int height = Rows.Span(rowsPerBlock), width = Columns.Span(S.OutWidth);
            int pixels = rowsPerBlock * S.OutWidth;
            long windowSize = ((long)height * width * S.InChannels) + Patches<T>.Slack;
            long gatherSize = ((long)pixels * Depth) + Patches<T>.Slack;
            var window = (T*)Memory.Allocate((windowSize + gatherSize + ((long)pixels * Panels * nr)) * sizeof(T), out long bytes);
            T* gathered = window + windowSize;
            T* columns = gathered + gatherSize;
            for (int image = from; image < to; image++)
            {
                for (int row = 0; row < S.OutHeight; row += rowsPerBlock)
                {
                    int rows = Math.Min(rowsPerBlock, S.OutHeight - row);
                    int firstRow = (row * Rows.Stride) + Rows.First;
                    T* x = window;
                    nint pitch = (nint)width * S.InChannels;
                    if (ImagesInPlace)
                    {
                        x = X.Data + (image * X.Image) + (firstRow * X.Row) + (Columns.First * X.Column);
                        pitch = X.Row;
                    }
                    else
                    {
                        X.Window(image, group * S.InChannels, S.InChannels, S.Height, S.Width, firstRow, Rows.Span(rows), Columns.First, width, window);
                    }

                    Multiply(x, new(Rows, Columns, S.InChannels, pitch), gathered, Filters(image, group, row, rows, columns), sum, rows, image > from || row > 0);
                }
            }

            Memory.Return(window, bytes);
        }

        // The filters' gradients at some pixel rows, where they lie or as panels [pixels][NR].
        private readonly Panels<T> Filters(int image, int group, int row, int rows, T* buffer)
        {
            int nr = Gemm.TileColumns<T>();
            T* g = G.Data + (image * G.Image) + ((nint)group * S.OutChannels * G.Channel) + (row * G.Row);
            if (FiltersInPlace)
            {
                return new(g, nr, G.Row, G.Column);
            }

            T* to = buffer;
            for (int j = 0; j < S.OutChannels; j += nr)
            {
                for (int i = 0; i < rows; i++)
                {
                    Gemm.Pack(g + (j * G.Channel) + (i * G.Row), G.Column, G.Channel, S.OutWidth, Math.Min(nr, S.OutChannels - j), to);
                    to += (nint)S.OutWidth * nr;
                }
            }

            return new(buffer, (nint)rows * S.OutWidth * nr, (nint)S.OutWidth * nr, nr);
        }

        private readonly void Multiply(T* window, in Patches<T> patches, T* gathered, Panels<T> filters, T* sum, int rows, bool accumulate)
        {
            int nr = Gemm.TileColumns<T>();
            int width = S.OutWidth;
            if (filters.Row == width * filters.Pixel)
            {
                if (patches.Runs == 1 && patches.RowStep == width * patches.PixelStep)
                {
                    width *= rows;
                    rows = 1;
                }
                else if (width < 24 || patches.Length < 32)
                {
                    patches.Gather(window, width, 0, rows * width, gathered);
                    for (int j = 0; j < Panels; j++)
                    {
                        GemmTile.Rows(gathered, 1, Depth, filters.At(j, 0), filters.Pixel, sum + ((nint)j * Depth * nr), nr, Depth, nr, rows * width, accumulate);
                    }

                    return;
                }
            }

            for (int j = 0; j < Panels; j++)
            {
                for (int run = 0; run < patches.Runs; run++)
                {
                    T* c = sum + ((((nint)j * Depth) + ((nint)run * patches.Length)) * nr);
                    for (int i = 0; i < rows; i++)
                    {
                        GemmTile.Rows(
                            window + (i * patches.RowStep) + patches.Offset(run), 1, patches.PixelStep, filters.At(j, i), filters.Pixel, c, nr, patches.Length, nr, width, accumulate || i > 0);
                    }
                }
            }
        }

        // Chunks in index order, then from [taps, channels][filters] to [filters][channels][taps].
        private readonly void Add(int group, int panel)
        {
            int nr = Gemm.TileColumns<T>(), lanes = Vector512<T>.Count;
            nint size = (nint)Depth * nr, step = size * Panels * S.Groups;
            T* sum = Partial + (((nint)group * Panels) + panel) * size;
            for (int chunk = 1; chunk < Chunks; chunk++)
            {
                T* more = sum + (chunk * step);
                for (nint i = 0; i < size; i += lanes)
                {
                    (Vector512.Load(sum + i) + Vector512.Load(more + i)).Store(sum + i);
                }
            }

            int taps = S.KernelHeight * S.KernelWidth, from = panel * nr;
            T* w = W + (((nint)group * S.OutChannels) + from) * Depth;
            for (int k = 0; k < Math.Min(nr, S.OutChannels - from); k++)
            {
                for (int c = 0; c < S.InChannels; c++)
                {
                    T* s = sum + ((nint)c * nr) + k;
                    for (int t = 0; t < taps; t++)
                    {
                        *w++ = *s;
                        s += (nint)S.InChannels * nr;
                    }
                }
            }
        }
    }

    /// <summary>Blocks of tile-width columns by pixel.</summary>
    private readonly struct Panels<T>(T* data, nint panel, nint row, nint pixel)
        where T : unmanaged
    {
        public nint Row => row;

        public nint Pixel => pixel;

        public T* At(int index, int pixelRow) => data + (index * panel) + (pixelRow * row);
    }
}

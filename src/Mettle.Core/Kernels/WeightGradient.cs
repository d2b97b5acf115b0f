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
            Rows = TapAxis.Forward(s.OutHeight, s.KernelHeight, s.StrideHeight, s.PadHeight, s.DilationHeight),
            Columns = TapAxis.Forward(s.OutWidth, s.KernelWidth, s.StrideWidth, s.PadWidth, s.DilationWidth),
            Panels = panels,
            Depth = depth,
            Chunks = chunks,
            Partial = (T*)Memory.Allocate(size * chunks * sizeof(T), out long bytes),
            W = (T*)w.Pointer,
        };
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
                    X.Window(
                        image, group * S.InChannels, S.InChannels, S.Height, S.Width, (row * Rows.Stride) + Rows.First, Rows.Span(rows), Columns.First, width, window);
                    Filters(image, group, row, rows, columns);
                    Multiply(window, new(Rows, Columns, S.InChannels, (nint)width * S.InChannels), gathered, columns, sum, rows, image > from || row > 0);
                }
            }

            Memory.Return(window, bytes);
        }

        // The filters' gradients at some pixel rows as panels [pixels][NR].
        private readonly void Filters(int image, int group, int row, int rows, T* to)
        {
            int nr = Gemm.TileColumns<T>();
            T* g = G.Data + (image * G.Image) + ((nint)group * S.OutChannels * G.Channel) + (row * G.Row);
            for (int j = 0; j < S.OutChannels; j += nr)
            {
                for (int i = 0; i < rows; i++)
                {
                    Gemm.Pack(g + (j * G.Channel) + (i * G.Row), G.Column, G.Channel, S.OutWidth, Math.Min(nr, S.OutChannels - j), to);
                    to += (nint)S.OutWidth * nr;
                }
            }
        }

        private readonly void Multiply(T* window, in Patches<T> patches, T* gathered, T* columns, T* sum, int rows, bool accumulate)
        {
            int nr = Gemm.TileColumns<T>();
            int width = S.OutWidth, pixels = rows * width;
            if (width >= 24 && patches.Length >= 32)
            {
                for (int j = 0; j < Panels; j++)
                {
                    for (int run = 0; run < patches.Runs; run++)
                    {
                        T* c = sum + ((((nint)j * Depth) + ((nint)run * patches.Length)) * nr);
                        for (int i = 0; i < rows; i++)
                        {
                            GemmTile.Rows(
                                window + (i * patches.RowStep) + patches.Offset(run), 1, patches.PixelStep, columns + ((((nint)j * pixels) + ((nint)i * width)) * nr), nr,
                                c, nr, patches.Length, nr, width, accumulate || i > 0);
                        }
                    }
                }

                return;
            }

            patches.Gather(window, width, 0, pixels, gathered);
            for (int j = 0; j < Panels; j++)
            {
                GemmTile.Rows(gathered, 1, Depth, columns + ((nint)j * pixels * nr), nr, sum + ((nint)j * Depth * nr), nr, Depth, nr, pixels, accumulate);
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
}

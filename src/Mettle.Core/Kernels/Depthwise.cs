using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Convolutions with as many groups as channels and one filter each: the lanes of a vector are neighbouring channels. The
/// chains per element are those of <see cref="Convolution"/> and <see cref="WeightGradient"/>.
/// </summary>
internal static unsafe class Depthwise
{
    private const int Block = 64;
    private const int MaxChunks = 16;

    /// <summary>One gathering pass: y = bias + sum over taps of x times w.</summary>
    public static void Pass<T>(
        ImageView<T> x, int height, int width, ImageView<T> y, int images, int channels, TapAxis rows, TapAxis columns, ImageView<T> w, T* bias, nint biasStep)
        where T : unmanaged
    {
        int taps = rows.Taps * columns.Taps;
        var job = new Job<T>
        {
            X = x,
            Y = y,
            Height = height,
            Width = width,
            Channels = channels,
            Rows = rows,
            Columns = columns,
            Weights = (T*)Memory.Allocate((taps + 1L) * channels * sizeof(T), out long bytes),
        };
        for (int t = 0; t < taps; t++)
        {
            T* tap = w.Data + ((rows.KernelFirst + (t / columns.Taps * rows.KernelStep)) * w.Row) + ((columns.KernelFirst + (t % columns.Taps * columns.KernelStep)) * w.Column);
            for (int c = 0; c < channels; c++)
            {
                job.Weights[((nint)t * channels) + c] = tap[c * w.Image];
            }
        }

        job.Bias = job.Weights + ((nint)taps * channels);
        for (int c = 0; c < channels; c++)
        {
            job.Bias[c] = bias is null ? default : bias[c * biasStep];
        }

        Scheduler.For(checked(images * rows.Outputs), job);
        Memory.Return(job.Weights, bytes);
    }

    /// <summary>w = sum over images and pixels of x under each tap times g; contiguous [channels, 1, taps].</summary>
    public static void Weights<T>(ImageView<T> x, ImageView<T> g, ConvGeometry s, TapAxis rows, TapAxis columns, T* w)
        where T : unmanaged
    {
        int chunks = Math.Min(s.Images, MaxChunks), taps = rows.Taps * columns.Taps;
        nint size = (nint)taps * s.Groups;
        var job = new WeightJob<T>
        {
            X = x,
            G = g,
            S = s,
            Rows = rows,
            Columns = columns,
            Chunks = chunks,
            Blocks = (s.Groups + Block - 1) / Block,
            Partial = (T*)Memory.Allocate(size * chunks * sizeof(T), out long bytes),
        };
        Scheduler.For(checked(chunks * job.Blocks), job);
        for (int c = 0; c < s.Groups; c++)
        {
            for (int t = 0; t < taps; t++)
            {
                T* partial = job.Partial + ((nint)t * s.Groups) + c;
                var sum = Vector512.CreateScalar(*partial);
                for (int chunk = 1; chunk < chunks; chunk++)
                {
                    sum += Vector512.CreateScalar(partial[chunk * size]);
                }

                *w++ = sum.ToScalar();
            }
        }

        Memory.Return(job.Partial, bytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Fma<T>(Vector512<T> a, Vector512<T> b, Vector512<T> c)
        => typeof(T) == typeof(float)
            ? Vector512.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
            : Vector512.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();

    private struct Job<T> : IJob
        where T : unmanaged
    {
        public ImageView<T> X;
        public ImageView<T> Y;
        public int Height;
        public int Width;
        public int Channels;
        public TapAxis Rows;
        public TapAxis Columns;
        public T* Weights;
        public T* Bias;

        public readonly void Run(int index)
        {
            int image = index / Rows.Outputs, i = index % Rows.Outputs;
            int height = Rows.Span(1), width = Columns.Span(Columns.Outputs);
            var window = (T*)Memory.Allocate((long)height * width * Channels * sizeof(T), out long bytes);
            X.Window(image, 0, Channels, Height, Width, (i * Rows.Stride) + Rows.First, height, Columns.First, width, window);
            T* y = Y.Data + (image * Y.Image) + ((Rows.OutStart + (i * Rows.OutStep)) * Y.Row) + (Columns.OutStart * Y.Column);
            nint c = 0;
            for (; c <= Channels - Vector512<T>.Count; c += Vector512<T>.Count)
            {
                Row<WholeVector>(window, (nint)width * Channels, y, c);
            }

            if (c < Channels)
            {
                Row<PartVector>(window, (nint)width * Channels, y, c);
            }

            Memory.Return(window, bytes);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Row<TAccess>(T* window, nint pitch, T* y, nint c)
            where TAccess : struct, IVectorAccess
        {
            nint left = Channels - c, rowGap = Rows.Gap * pitch, gap = (nint)Columns.Gap * Channels;
            var start = TAccess.Load(Bias + c, left);
            for (int j = 0; j < Columns.Outputs; j++)
            {
                var sum = start;
                T* w = Weights + c;
                T* row = window + ((nint)j * Columns.Stride * Channels) + c;
                for (int a = 0; a < Rows.Taps; a++, row += rowGap)
                {
                    T* x = row;
                    for (int b = 0; b < Columns.Taps; b++, x += gap, w += Channels)
                    {
                        sum = Fma(TAccess.Load(x, left), TAccess.Load(w, left), sum);
                    }
                }

                TAccess.Store(sum, y + (j * Columns.OutStep * Y.Column) + c, left);
            }
        }
    }

    private struct WeightJob<T> : IJob
        where T : unmanaged
    {
        public ImageView<T> X;
        public ImageView<T> G;
        public ConvGeometry S;
        public TapAxis Rows;
        public TapAxis Columns;
        public int Chunks;
        public int Blocks;
        public T* Partial;

        public readonly void Run(int index)
        {
            int chunk = index / Blocks, channel = index % Blocks * Block;
            int channels = Math.Min(Block, S.Groups - channel);
            int height = Rows.Span(1), width = Columns.Span(S.OutWidth);
            long size = (long)height * width * channels;
            var window = (T*)Memory.Allocate((size + ((long)S.OutWidth * channels)) * sizeof(T), out long bytes);
            T* g = window + size;
            int from = (int)((long)S.Images * chunk / Chunks), to = (int)((long)S.Images * (chunk + 1) / Chunks);
            for (int image = from; image < to; image++)
            {
                for (int i = 0; i < S.OutHeight; i++)
                {
                    X.Window(image, channel, channels, S.Height, S.Width, (i * Rows.Stride) + Rows.First, height, Columns.First, width, window);
                    G.Window(image, channel, channels, S.OutHeight, S.OutWidth, i, 1, 0, S.OutWidth, g);
                    T* sums = Partial + ((nint)chunk * Rows.Taps * Columns.Taps * S.Groups) + channel;
                    bool first = image == from && i == 0;
                    nint c = 0;
                    for (; c <= channels - Vector512<T>.Count; c += Vector512<T>.Count)
                    {
                        Row<WholeVector>(window, (nint)width * channels, g, sums, channels, c, first);
                    }

                    if (c < channels)
                    {
                        Row<PartVector>(window, (nint)width * channels, g, sums, channels, c, first);
                    }
                }
            }

            Memory.Return(window, bytes);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Row<TAccess>(T* window, nint pitch, T* g, T* sums, int channels, nint c, bool first)
            where TAccess : struct, IVectorAccess
        {
            nint left = channels - c, step = (nint)Columns.Stride * channels;
            for (int a = 0; a < Rows.Taps; a++)
            {
                for (int b = 0; b < Columns.Taps; b++)
                {
                    T* total = sums + ((nint)((a * Columns.Taps) + b) * S.Groups) + c;
                    T* x = window + (a * Rows.Gap * pitch) + ((nint)b * Columns.Gap * channels) + c;
                    T* y = g + c;
                    var sum = first ? Vector512<T>.Zero : TAccess.Load(total, left);
                    for (int j = 0; j < S.OutWidth; j++, x += step, y += channels)
                    {
                        sum = Fma(TAccess.Load(x, left), TAccess.Load(y, left), sum);
                    }

                    TAccess.Store(sum, total, left);
                }
            }
        }
    }
}

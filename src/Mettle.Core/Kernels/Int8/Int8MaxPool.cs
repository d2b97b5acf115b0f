using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Largest of 8-bit elements under windows, channels-last: first down the rows of a window, all columns and channels as one
/// stretch, then along the columns.
/// </summary>
internal static unsafe class Int8MaxPool
{
    /// <summary>Pools images of any memory order into channels-last ones.</summary>
    public static void Run<T>(PoolWindow window, Tensor x, Tensor y)
        where T : unmanaged, INumber<T>
        => Scheduler.For(
            checked(window.Images * window.OutHeight),
            new Job<T> { Window = window, X = new(x), Y = (T*)y.Pointer, Direct = ChannelRows.Lies(x) });

    private struct Job<T> : IJob
        where T : unmanaged, INumber<T>
    {
        public PoolWindow Window;
        public ImageView<byte> X;
        public T* Y;
        public bool Direct;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index)
        {
            int image = index / Window.OutHeight, channels = Window.Channels;
            var (from, to) = Window.Rows(index % Window.OutHeight);
            nint pitch = (nint)Window.Width * channels;
            var row = (T*)Memory.Allocate(Math.Max(64, pitch) * (Direct ? 1 : to - from + 1), out long bytes);
            var x = (T*)(X.Data + (image * X.Image) + (from * X.Row));
            if (!Direct)
            {
                x = row + pitch;
                Int8Window.Copy(X, image, 0, channels, Window.Height, Window.Width, from, to - from, 0, Window.Width, 0, 0, (byte*)x);
            }

            Down(x, Window.Dilation.Height * pitch, (to - from + Window.Dilation.Height - 1) / Window.Dilation.Height, pitch, row);
            T* y = Y + ((nint)index * Window.OutWidth * channels);
            for (int j = 0; j < Window.OutWidth; j++, y += channels)
            {
                var (left, right) = Window.Columns(j);
                Along(row + ((nint)left * channels), (nint)Window.Dilation.Width * channels, (right - left + Window.Dilation.Width - 1) / Window.Dilation.Width, channels, y);
            }

            Memory.Return(row, bytes);
        }

        // Largest of 'count' rows of n elements, 'step' apart. Whole vectors end at the row's end: what is computed twice is the same.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Down(T* x, nint step, int count, nint n, T* y)
        {
            int lanes = Vector512<T>.Count;
            if (n < lanes)
            {
                Single(x, step, count, n, y);
                return;
            }

            for (nint i = 0; i < n; i += lanes)
            {
                nint at = Math.Min(i, n - lanes);
                T* p = x + at;
                var best = Vector512.Load(p);
                for (int r = 1; r < count; r++)
                {
                    p += step;
                    best = Vector512.Max(best, Vector512.Load(p));
                }

                best.Store(y + at);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Along(T* x, nint step, int count, int channels, T* y)
        {
            if (channels >= Vector512<T>.Count)
            {
                Down(x, step, count, channels, y);
                return;
            }

            int c = 0;
            for (; c <= channels - 16; c += 16)
            {
                T* p = x + c;
                var best = Vector128.Load(p);
                for (int r = 1; r < count; r++)
                {
                    p += step;
                    best = Vector128.Max(best, Vector128.Load(p));
                }

                best.Store(y + c);
            }

            Single(x + c, step, count, channels - c, y + c);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Single(T* x, nint step, int count, nint n, T* y)
        {
            for (nint c = 0; c < n; c++)
            {
                T best = x[c];
                for (int r = 1; r < count; r++)
                {
                    best = T.Max(best, x[c + (r * step)]);
                }

                y[c] = best;
            }
        }
    }
}

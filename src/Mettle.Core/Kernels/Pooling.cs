using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Pooling over channels-last images: the lanes of a vector are neighbouring channels.</summary>
internal static unsafe class Pooling
{
    /// <summary>Largest element under each window, and its place in the plane.</summary>
    public static void Max<T>(PoolWindow window, Tensor x, Tensor y, Tensor indices)
        where T : unmanaged
    {
        var source = ChannelsLast(x);
        Scheduler.For(
            window.Images * window.OutHeight,
            new MaxJob<T> { Window = window, X = new(source), Y = new(y), Indices = new(indices) });
        Free(source, x);
    }

    /// <summary>The tensor itself if its channels are adjacent, else a copy.</summary>
    private static Tensor ChannelsLast(Tensor x)
    {
        if (x.Strides[1] == 1)
        {
            return x;
        }

        var s = x.Shape;
        var d = x.Strides;
        var rows = x.View([s[0], s[2], s[3], s[1]], [d[0], d[2], d[3], d[1]], x.Offset).RowMajor();
        var r = rows.Strides;
        return rows.View(s, [r[0], r[3], r[1], r[2]], rows.Offset);
    }

    private static void Free(Tensor copy, Tensor x)
    {
        if (!ReferenceEquals(copy.Storage, x.Storage))
        {
            copy.Release();
        }
    }

    private struct MaxJob<T> : IJob
        where T : unmanaged
    {
        public PoolWindow Window;
        public ImageView<T> X;
        public ImageView<T> Y;
        public ImageView<long> Indices;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index)
        {
            int image = index / Window.OutHeight, i = index % Window.OutHeight;
            int w = Vector512<T>.Count;
            var rows = Window.Rows(i);
            T* x = X.Data + (image * X.Image);
            for (int j = 0; j < Window.OutWidth; j++)
            {
                var columns = Window.Columns(j);
                T* y = Y.Data + (image * Y.Image) + (i * Y.Row) + (j * Y.Column);
                long* at = Indices.Data + (image * Indices.Image) + (i * Indices.Row) + (j * Indices.Column);
                for (int c = 0; c < Window.Channels; c += w)
                {
                    nint left = Math.Min(w, Window.Channels - c);
                    var best = Lowest();
                    var place = Place((rows.From * Window.Width) + columns.From);
                    for (int p = rows.From; p < rows.To; p += Window.Dilation.Height)
                    {
                        for (int q = columns.From; q < columns.To; q += Window.Dilation.Width)
                        {
                            var v = Tail.Load(x + (p * X.Row) + (q * X.Column) + c, left);
                            var better = Vector512.GreaterThan(v, best) | ~Vector512.Equals(v, v);
                            best = Vector512.ConditionalSelect(better, v, best);
                            place = Vector512.ConditionalSelect(better, Place((p * Window.Width) + q), place);
                        }
                    }

                    Tail.Store(best, y + c, left);
                    StorePlaces(place, at + c, left);
                }
            }
        }

        private static Vector512<T> Lowest()
            => typeof(T) == typeof(float)
                ? Vector512.Create(float.NegativeInfinity).As<float, T>()
                : Vector512.Create(double.NegativeInfinity).As<double, T>();

        // Integers as wide as T, so that they are selected by the same masks.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<T> Place(int index)
            => typeof(T) == typeof(float) ? Vector512.Create(index).As<int, T>() : Vector512.Create((long)index).As<long, T>();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void StorePlaces(Vector512<T> place, long* to, nint count)
        {
            if (typeof(T) == typeof(float))
            {
                var (lower, upper) = Vector512.Widen(place.AsInt32());
                Tail.Store(lower, to, Math.Min(8, count));
                if (count > 8)
                {
                    Tail.Store(upper, to + 8, count - 8);
                }
            }
            else
            {
                Tail.Store(place.AsInt64(), to, count);
            }
        }
    }
}

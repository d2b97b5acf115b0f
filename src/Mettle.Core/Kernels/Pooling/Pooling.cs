using System.Numerics;
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
        var source = ChannelRows.Of(x);
        Scheduler.For(
            window.Images * window.OutHeight,
            new MaxJob<T> { Window = window, X = new(source), Y = new(y), Indices = new(indices) });
        ChannelRows.Free(source, x);
    }

    /// <summary>Largest element under each window.</summary>
    public static void Largest<T>(PoolWindow window, Tensor x, Tensor y)
        where T : unmanaged, INumber<T>
    {
        int reach = (window.Kernel.Width - 1) * window.Dilation.Width;
        if (y.IsContiguous && x.IsContiguous && !ChannelRows.Lies(x) && reach < PlaneLargestJob<T>.MostReach)
        {
            Scheduler.For(checked(window.Images * window.Channels), new PlaneLargestJob<T> { Window = window, X = (T*)x.Pointer, Y = (T*)y.Pointer });
            return;
        }

        long bytes = 0;
        bool copies = !ChannelRows.Lies(x);
        byte* copy = copies ? ChannelRows.Copy(x, out bytes) : null;
        Scheduler.For(window.Images * window.OutHeight, new LargestJob<T> { Window = window, X = copies ? ImageView<T>.OfRows(copy, x) : new(x), Y = new(y) });
        if (copies)
        {
            Memory.Return(copy, bytes);
        }
    }

    /// <summary>Mean under each window.</summary>
    public static void Mean<T>(PoolWindow window, bool countPadding, Tensor x, Tensor y)
        where T : unmanaged, INumber<T>
        => Average<T>(window, countPadding, x, y, spread: false);

    /// <summary>For each cell the sum over the windows that cover it of their element divided as for the mean.</summary>
    public static void Spread<T>(PoolWindow window, bool countPadding, Tensor g, Tensor x)
        where T : unmanaged, INumber<T>
    {
        if (window.Kernel == window.Stride && window.Padding == 0)
        {
            var source = ChannelRows.Of(g);
            PoolTileJob<T>.Run(source, null, x, window.Kernel);
            ChannelRows.Free(source, g);
        }
        else
        {
            Average<T>(window, countPadding, g, x, spread: true);
        }
    }

    /// <summary>For each cell the element of the window (<paramref name="tile"/>, side by side) whose index names it, else 0.</summary>
    public static void SpreadMaxima<T>(Tensor g, Tensor indices, Tensor x, Pair tile)
        where T : unmanaged, INumber<T>
    {
        var (source, places) = (ChannelRows.Of(g), ChannelRows.Of(indices));
        PoolTileJob<T>.Run(source, places, x, tile);
        ChannelRows.Free(source, g);
        ChannelRows.Free(places, indices);
    }

    private static void Average<T>(PoolWindow window, bool countPadding, Tensor x, Tensor y, bool spread)
        where T : unmanaged, INumber<T>
    {
        var source = ChannelRows.Of(x);
        Scheduler.For(
            window.Images * y.Shape[2],
            new PoolMeanJob<T> { Window = window, CountPadding = countPadding, Spread = spread, X = new(source), Y = new(y), Rows = y.Shape[2], Columns = y.Shape[3] });
        ChannelRows.Free(source, x);
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
                int c = 0;
                for (; c <= Window.Channels - w; c += w)
                {
                    Find<WholeVector>(x, y, at, rows, columns, c);
                }

                if (c < Window.Channels)
                {
                    Find<PartVector>(x, y, at, rows, columns, c);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Find<TAccess>(T* x, T* y, long* at, (int From, int To) rows, (int From, int To) columns, int c)
            where TAccess : struct, IVectorAccess
        {
            nint left = Window.Channels - c;
            var best = Lowest();
            var place = PoolPlaces<T>.Of((rows.From * Window.Width) + columns.From);
            for (int p = rows.From; p < rows.To; p += Window.Dilation.Height)
            {
                for (int q = columns.From; q < columns.To; q += Window.Dilation.Width)
                {
                    var v = TAccess.Load(x + (p * X.Row) + (q * X.Column) + c, left);
                    var better = Vector512.GreaterThan(v, best) | ~Vector512.Equals(v, v);
                    best = Vector512.ConditionalSelect(better, v, best);
                    place = Vector512.ConditionalSelect(better, PoolPlaces<T>.Of((p * Window.Width) + q), place);
                }
            }

            TAccess.Store(best, y + c, left);
            PoolPlaces<T>.Store<TAccess>(place, at + c, left);
        }

        private static Vector512<T> Lowest()
            => typeof(T) == typeof(float)
                ? Vector512.Create(float.NegativeInfinity).As<float, T>()
                : Vector512.Create(double.NegativeInfinity).As<double, T>();
    }
}

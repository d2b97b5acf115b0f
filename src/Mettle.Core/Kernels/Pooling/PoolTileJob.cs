using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Gradients of poolings whose windows lie side by side, a row of cells at a time: a cell takes its share of its window's
/// mean or, of a maximum, all of it where the window's index names the cell, else 0. Cells are written once, in memory order.
/// </summary>
internal unsafe struct PoolTileJob<T> : IJob
    where T : unmanaged, INumber<T>
{
    private T* source;
    private long* places;
    private T* result;
    private int channels;
    private int rows;
    private int columns;
    private int height;
    private int width;
    private Pair tile;
    private MeanShare<T> share;

    /// <summary>
    /// All operands channels-last; <paramref name="indices"/> is null for means, and else each names a cell of its own window.
    /// </summary>
    public static void Run(Tensor g, Tensor? indices, Tensor y, Pair tile)
    {
        var job = new PoolTileJob<T>
        {
            source = (T*)g.Pointer,
            places = indices is null ? null : (long*)indices.Pointer,
            result = (T*)y.Pointer,
            channels = g.Shape[1],
            rows = g.Shape[2],
            columns = g.Shape[3],
            height = y.Shape[2],
            width = y.Shape[3],
            tile = tile,
            share = new(tile.Height * tile.Width),
        };
        Scheduler.For(checked(y.Shape[0] * job.height), job);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int index)
    {
        int image = index / height, h = index % height, i = h / tile.Height, w = Vector512<T>.Count;
        nint pitch = (nint)width * channels, windows = ((nint)image * rows) + i, covered = 0;
        T* y = result + (index * pitch);
        if (i < rows)
        {
            T* g = source + (windows * columns * channels);
            long* at = places + (windows * columns * channels);
            for (int j = 0; j < columns; j++, g += channels, at += channels)
            {
                int first = (h * width) + (j * tile.Width), c = 0;
                for (; c <= channels - w; c += w)
                {
                    Cells<WholeVector>(g + c, at + c, y + covered + c, first, channels - c);
                }

                if (c < channels)
                {
                    Cells<PartVector>(g + c, at + c, y + covered + c, first, channels - c);
                }

                covered += (nint)tile.Width * channels;
            }
        }

        new Span<T>(y + covered, (int)(pitch - covered)).Clear();
    }

    // One row of a window's cells, the first of which has the index first, for a vector of channels.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Cells<TAccess>(T* g, long* at, T* y, int first, nint left)
        where TAccess : struct, IVectorAccess
    {
        var gradient = TAccess.Load(g, left);
        if (places is null)
        {
            gradient = share.Of(gradient);
            for (int q = tile.Width; q > 0; q--, y += channels)
            {
                TAccess.Store(gradient, y, left);
            }

            return;
        }

        var place = PoolPlaces<T>.Load<TAccess>(at, left);
        for (int q = 0; q < tile.Width; q++, y += channels)
        {
            var here = PoolPlaces<T>.Equal(place, PoolPlaces<T>.Of(first + q));
            TAccess.Store(Vector512.ConditionalSelect(here, gradient, Vector512<T>.Zero), y, left);
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>What follows a convolution's sums: a sum with another tensor, then bounds. NaN stays NaN.</summary>
internal unsafe struct ConvEnd<T>
    where T : unmanaged
{
    /// <summary>From an element of the result to that which is added; 0: none.</summary>
    public nint More;

    /// <summary>Whether there are bounds.</summary>
    public bool Bounded;
    public T Low;
    public T High;

    /// <summary>The bounds alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector512<T> Bound(Vector512<T> v)
        => Bound(v, Vector512.Create(Low), Vector512.Create(High));

    /// <summary><paramref name="v"/> between bounds; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Bound(Vector512<T> v, Vector512<T> low, Vector512<T> high)
    {
        v = Vector512.ConditionalSelect(Vector512.LessThanOrEqual(v, low), low, v);
        return Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(v, high), high, v);
    }

    /// <summary>Writes sums with what follows to their place in the result, which may be where they are.</summary>
    public readonly void Copy(T* sums, nint sumsRow, T* c, nint row, int rows, int columns)
    {
        int w = Vector512<T>.Count;
        int j = 0;
        for (; j <= columns - w; j += w)
        {
            Column<WholeVector>(sums + j, sumsRow, c + j, row, rows, w);
        }

        if (j < columns)
        {
            Column<PartVector>(sums + j, sumsRow, c + j, row, rows, columns - j);
        }
    }

    // A vector of every row.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Column<TAccess>(T* sums, nint sumsRow, T* c, nint row, int rows, nint left)
        where TAccess : struct, IVectorAccess
    {
        Vector512<T> low = Vector512.Create(Low), high = Vector512.Create(High);
        if (More == 0)
        {
            for (; rows > 0; rows--, sums += sumsRow, c += row)
            {
                var v = TAccess.Load(sums, left);
                TAccess.Store(Bounded ? Bound(v, low, high) : v, c, left);
            }

            return;
        }

        T* more = c + More;
        for (; rows > 0; rows--, sums += sumsRow, c += row, more += row)
        {
            var v = TAccess.Load(sums, left) + TAccess.Load(more, left);
            TAccess.Store(Bounded ? Bound(v, low, high) : v, c, left);
        }
    }
}

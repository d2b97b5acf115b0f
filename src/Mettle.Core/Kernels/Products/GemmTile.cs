using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// A panel of a matrix product: many rows, at most one tile of columns. Rows are shared out evenly among register tiles, so
/// no thin tile is left over.
/// </summary>
internal static unsafe class GemmTile
{
    /// <summary>Columns of a panel: two vectors of 512 bits.</summary>
    public static int Columns<T>()
        where T : unmanaged
        => 2 * 64 / sizeof(T);

    /// <summary>Most rows that one register tile holds.</summary>
    public static int MaxRows => Vector512.IsHardwareAccelerated ? GemmTile512.MaxRows : GemmTile256.MaxRows;

    /// <summary>
    /// C[rows, columns] = or += A[rows, k] B[k, columns], one ascending chain of fused multiply-adds per element. A has any
    /// strides; rows of B and C are adjacent elements, <paramref name="bRow"/> and <paramref name="cRow"/> apart. At most
    /// <see cref="Columns"/> columns; nothing beyond them is read or written.
    /// </summary>
    public static void Rows<T>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, int rows, int columns, nint k, bool accumulate)
        where T : unmanaged
    {
        int max = MaxRows;
        int tiles = (rows + max - 1) / max;
        for (; tiles > 0; tiles--)
        {
            int m = (rows + tiles - 1) / tiles;
            Tile(m, a, aRow, aStep, b, bRow, c, cRow, columns, k, accumulate);
            a += m * aRow;
            c += m * cRow;
            rows -= m;
        }
    }

    /// <summary>As <see cref="Rows"/>, for 1 to <see cref="MaxRows"/> rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Tile<T>(int rows, T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, int columns, nint k, bool accumulate)
        where T : unmanaged
    {
        // Panels are read on from row to row, wider matrices from panel to panel.
        nint ahead = bRow == Columns<T>() ? 8 * bRow : Columns<T>();
        if (Vector512.IsHardwareAccelerated)
        {
            int w = Vector512<T>.Count;
            bool wide = columns > w;
            int last = wide ? columns - w : columns;
            if (last == w)
            {
                GemmTile512.Run<T, AllColumns>(rows, wide, a, aRow, aStep, b, bRow, c, cRow, k, last, accumulate, ahead);
            }
            else
            {
                GemmTile512.Run<T, CutColumns>(rows, wide, a, aRow, aStep, b, bRow, c, cRow, k, last, accumulate, ahead);
            }

            return;
        }

        Halves(rows, a, aRow, aStep, b, bRow, c, cRow, columns, k, accumulate, ahead);
    }

    private static void Halves<T>(int rows, T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, int columns, nint k, bool accumulate, nint ahead)
        where T : unmanaged
    {
        int w = Vector256<T>.Count;
        for (; columns > 0; columns -= 2 * w)
        {
            bool wide = columns > w;
            int last = Math.Min(w, wide ? columns - w : columns);
            if (last == w)
            {
                GemmTile256.Run<T, AllColumns>(rows, wide, a, aRow, aStep, b, bRow, c, cRow, k, last, accumulate, ahead);
            }
            else
            {
                GemmTile256.Run<T, CutColumns>(rows, wide, a, aRow, aStep, b, bRow, c, cRow, k, last, accumulate, ahead);
            }

            b += 2 * w;
            c += 2 * w;
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Register tiles one vector wide, for results of few columns: the same chain of fused multiply-adds per element as
/// <see cref="GemmTile"/>, without the work for columns that are not there.
/// </summary>
internal static unsafe class NarrowTile
{
    /// <summary>C[rows, columns] = or += A[rows, k] B[k, at least a vector], for at most one vector of columns.</summary>
    [SkipLocalsInit]
    public static void Rows<T>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, int rows, int columns, nint k, bool accumulate)
        where T : unmanaged
    {
        int width = Vector512<T>.Count;
        T* edge = stackalloc T[8 * 16];
        for (int i = 0; i < rows;)
        {
            int m = rows - i >= 8 ? 8 : rows - i >= 4 ? 4 : 1;
            T* target = c;
            nint targetRow = cRow;
            if (columns < width)
            {
                target = edge;
                targetRow = width;
                if (accumulate)
                {
                    Copy(c, cRow, edge, width, m, columns);
                }
            }

            switch (m)
            {
                case 8:
                    Tile8(a, aRow, aStep, b, bRow, target, targetRow, k, accumulate);
                    break;
                case 4:
                    Tile4(a, aRow, aStep, b, bRow, target, targetRow, k, accumulate);
                    break;
                default:
                    Tile1(a, aStep, b, bRow, target, k, accumulate);
                    break;
            }

            if (columns < width)
            {
                Copy(edge, width, c, cRow, m, columns);
            }

            i += m;
            a += m * aRow;
            c += m * cRow;
        }
    }

    private static void Copy<T>(T* from, nint fromRow, T* to, nint toRow, int rows, int columns)
        where T : unmanaged
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                to[j] = from[j];
            }

            from += fromRow;
            to += toRow;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8<T>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, bool accumulate)
        where T : unmanaged
    {
        Vector512<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default, x5 = default, x6 = default, x7 = default;
        if (accumulate)
        {
            x0 = Vector512.Load(c);
            x1 = Vector512.Load(c + cRow);
            x2 = Vector512.Load(c + (2 * cRow));
            x3 = Vector512.Load(c + (3 * cRow));
            x4 = Vector512.Load(c + (4 * cRow));
            x5 = Vector512.Load(c + (5 * cRow));
            x6 = Vector512.Load(c + (6 * cRow));
            x7 = Vector512.Load(c + (7 * cRow));
        }

        T* a3 = a + (3 * aRow);
        T* a6 = a + (6 * aRow);
        nint two = 2 * aRow;
        for (nint p = 0; p < k; p++)
        {
            var u = Vector512.Load(b);
            x0 = RowMath.Fma(Vector512.Create(*a), u, x0);
            x1 = RowMath.Fma(Vector512.Create(*(a + aRow)), u, x1);
            x2 = RowMath.Fma(Vector512.Create(*(a + two)), u, x2);
            x3 = RowMath.Fma(Vector512.Create(*a3), u, x3);
            x4 = RowMath.Fma(Vector512.Create(*(a3 + aRow)), u, x4);
            x5 = RowMath.Fma(Vector512.Create(*(a3 + two)), u, x5);
            x6 = RowMath.Fma(Vector512.Create(*a6), u, x6);
            x7 = RowMath.Fma(Vector512.Create(*(a6 + aRow)), u, x7);
            a += aStep;
            a3 += aStep;
            a6 += aStep;
            b += bRow;
        }

        x0.Store(c);
        x1.Store(c + cRow);
        x2.Store(c + (2 * cRow));
        x3.Store(c + (3 * cRow));
        x4.Store(c + (4 * cRow));
        x5.Store(c + (5 * cRow));
        x6.Store(c + (6 * cRow));
        x7.Store(c + (7 * cRow));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4<T>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, bool accumulate)
        where T : unmanaged
    {
        Vector512<T> x0 = default, x1 = default, x2 = default, x3 = default;
        if (accumulate)
        {
            x0 = Vector512.Load(c);
            x1 = Vector512.Load(c + cRow);
            x2 = Vector512.Load(c + (2 * cRow));
            x3 = Vector512.Load(c + (3 * cRow));
        }

        T* a3 = a + (3 * aRow);
        nint two = 2 * aRow;
        for (nint p = 0; p < k; p++)
        {
            var u = Vector512.Load(b);
            x0 = RowMath.Fma(Vector512.Create(*a), u, x0);
            x1 = RowMath.Fma(Vector512.Create(*(a + aRow)), u, x1);
            x2 = RowMath.Fma(Vector512.Create(*(a + two)), u, x2);
            x3 = RowMath.Fma(Vector512.Create(*a3), u, x3);
            a += aStep;
            a3 += aStep;
            b += bRow;
        }

        x0.Store(c);
        x1.Store(c + cRow);
        x2.Store(c + (2 * cRow));
        x3.Store(c + (3 * cRow));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1<T>(T* a, nint aStep, T* b, nint bRow, T* c, nint k, bool accumulate)
        where T : unmanaged
    {
        var x = accumulate ? Vector512.Load(c) : default;
        for (nint p = 0; p < k; p++)
        {
            x = RowMath.Fma(Vector512.Create(*a), Vector512.Load(b), x);
            a += aStep;
            b += bRow;
        }

        x.Store(c);
    }
}

// Written by eng/gemm-tiles.py.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Register tiles of a matrix product: straight-line code, one local per accumulator, so that the compiler keeps all in registers.</summary>
internal static unsafe class GemmTile
{
    /// <summary>
    /// C[rows, columns] = or += A[rows, k] B[k, tile width]. A has any strides; B's rows are a full tile wide; columns beyond
    /// <paramref name="columns"/> are computed but not stored.
    /// </summary>
    [SkipLocalsInit]
    public static void Rows<T>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, int rows, int columns, nint k, bool accumulate)
        where T : unmanaged
    {
        int width = Gemm.TileColumns<T>();
        if (2 * columns <= width)
        {
            NarrowTile.Rows(a, aRow, aStep, b, bRow, c, cRow, rows, columns, k, accumulate);
            return;
        }

        T* edge = stackalloc T[8 * 32];
        for (int i = 0; i < rows; i += 8)
        {
            int m = Math.Min(8, rows - i);
            T* target = columns == width ? c : edge;
            nint targetRow = columns == width ? cRow : width;
            if (columns < width && accumulate)
            {
                CopyRows(c, cRow, edge, width, m, columns);
            }

            switch (m)
            {
                case 8:
                    Tile8(a, aRow, aStep, b, bRow, target, targetRow, k, accumulate);
                    break;
                case 7:
                    Tile7(a, aRow, aStep, b, bRow, target, targetRow, k, accumulate);
                    break;
                case 6:
                    Tile6(a, aRow, aStep, b, bRow, target, targetRow, k, accumulate);
                    break;
                case 5:
                    Tile5(a, aRow, aStep, b, bRow, target, targetRow, k, accumulate);
                    break;
                case 4:
                    Tile4(a, aRow, aStep, b, bRow, target, targetRow, k, accumulate);
                    break;
                case 3:
                    Tile3(a, aRow, aStep, b, bRow, target, targetRow, k, accumulate);
                    break;
                case 2:
                    Tile2(a, aRow, aStep, b, bRow, target, targetRow, k, accumulate);
                    break;
                default:
                    Tile1(a, aRow, aStep, b, bRow, target, targetRow, k, accumulate);
                    break;
            }

            if (columns < width)
            {
                CopyRows(edge, width, c, cRow, m, columns);
            }

            a += 8 * aRow;
            c += 8 * cRow;
        }
    }

    private static void CopyRows<T>(T* from, nint fromRow, T* to, nint toRow, int rows, int columns)
        where T : unmanaged
    {
        for (int i = 0; i < rows; i++)
        {
            new ReadOnlySpan<T>(from + (i * fromRow), columns).CopyTo(new Span<T>(to + (i * toRow), columns));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8<T>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, bool accumulate)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        Vector512<T> x0 = default, y0 = default;
        Vector512<T> x1 = default, y1 = default;
        Vector512<T> x2 = default, y2 = default;
        Vector512<T> x3 = default, y3 = default;
        Vector512<T> x4 = default, y4 = default;
        Vector512<T> x5 = default, y5 = default;
        Vector512<T> x6 = default, y6 = default;
        Vector512<T> x7 = default, y7 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector512.Load(r);
            y0 = Vector512.Load(r + w);
            r += cRow;
            x1 = Vector512.Load(r);
            y1 = Vector512.Load(r + w);
            r += cRow;
            x2 = Vector512.Load(r);
            y2 = Vector512.Load(r + w);
            r += cRow;
            x3 = Vector512.Load(r);
            y3 = Vector512.Load(r + w);
            r += cRow;
            x4 = Vector512.Load(r);
            y4 = Vector512.Load(r + w);
            r += cRow;
            x5 = Vector512.Load(r);
            y5 = Vector512.Load(r + w);
            r += cRow;
            x6 = Vector512.Load(r);
            y6 = Vector512.Load(r + w);
            r += cRow;
            x7 = Vector512.Load(r);
            y7 = Vector512.Load(r + w);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        T* a6 = a + (6 * aRow);
        nint two = 2 * aRow;
        for (nint p = 0; p < k; p++)
        {
            var u = Vector512.Load(b);
            var v = Vector512.Load(b + w);
            var s0 = Vector512.Create(*a0);
            x0 = Fma(s0, u, x0);
            y0 = Fma(s0, v, y0);
            var s1 = Vector512.Create(*(a0 + aRow));
            x1 = Fma(s1, u, x1);
            y1 = Fma(s1, v, y1);
            var s2 = Vector512.Create(*(a0 + two));
            x2 = Fma(s2, u, x2);
            y2 = Fma(s2, v, y2);
            var s3 = Vector512.Create(*a3);
            x3 = Fma(s3, u, x3);
            y3 = Fma(s3, v, y3);
            var s4 = Vector512.Create(*(a3 + aRow));
            x4 = Fma(s4, u, x4);
            y4 = Fma(s4, v, y4);
            var s5 = Vector512.Create(*(a3 + two));
            x5 = Fma(s5, u, x5);
            y5 = Fma(s5, v, y5);
            var s6 = Vector512.Create(*a6);
            x6 = Fma(s6, u, x6);
            y6 = Fma(s6, v, y6);
            var s7 = Vector512.Create(*(a6 + aRow));
            x7 = Fma(s7, u, x7);
            y7 = Fma(s7, v, y7);
            a0 += aStep;
            a3 += aStep;
            a6 += aStep;
            b += bRow;
        }

        x0.Store(c);
        y0.Store(c + w);
        c += cRow;
        x1.Store(c);
        y1.Store(c + w);
        c += cRow;
        x2.Store(c);
        y2.Store(c + w);
        c += cRow;
        x3.Store(c);
        y3.Store(c + w);
        c += cRow;
        x4.Store(c);
        y4.Store(c + w);
        c += cRow;
        x5.Store(c);
        y5.Store(c + w);
        c += cRow;
        x6.Store(c);
        y6.Store(c + w);
        c += cRow;
        x7.Store(c);
        y7.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile7<T>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, bool accumulate)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        Vector512<T> x0 = default, y0 = default;
        Vector512<T> x1 = default, y1 = default;
        Vector512<T> x2 = default, y2 = default;
        Vector512<T> x3 = default, y3 = default;
        Vector512<T> x4 = default, y4 = default;
        Vector512<T> x5 = default, y5 = default;
        Vector512<T> x6 = default, y6 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector512.Load(r);
            y0 = Vector512.Load(r + w);
            r += cRow;
            x1 = Vector512.Load(r);
            y1 = Vector512.Load(r + w);
            r += cRow;
            x2 = Vector512.Load(r);
            y2 = Vector512.Load(r + w);
            r += cRow;
            x3 = Vector512.Load(r);
            y3 = Vector512.Load(r + w);
            r += cRow;
            x4 = Vector512.Load(r);
            y4 = Vector512.Load(r + w);
            r += cRow;
            x5 = Vector512.Load(r);
            y5 = Vector512.Load(r + w);
            r += cRow;
            x6 = Vector512.Load(r);
            y6 = Vector512.Load(r + w);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        T* a6 = a + (6 * aRow);
        nint two = 2 * aRow;
        for (nint p = 0; p < k; p++)
        {
            var u = Vector512.Load(b);
            var v = Vector512.Load(b + w);
            var s0 = Vector512.Create(*a0);
            x0 = Fma(s0, u, x0);
            y0 = Fma(s0, v, y0);
            var s1 = Vector512.Create(*(a0 + aRow));
            x1 = Fma(s1, u, x1);
            y1 = Fma(s1, v, y1);
            var s2 = Vector512.Create(*(a0 + two));
            x2 = Fma(s2, u, x2);
            y2 = Fma(s2, v, y2);
            var s3 = Vector512.Create(*a3);
            x3 = Fma(s3, u, x3);
            y3 = Fma(s3, v, y3);
            var s4 = Vector512.Create(*(a3 + aRow));
            x4 = Fma(s4, u, x4);
            y4 = Fma(s4, v, y4);
            var s5 = Vector512.Create(*(a3 + two));
            x5 = Fma(s5, u, x5);
            y5 = Fma(s5, v, y5);
            var s6 = Vector512.Create(*a6);
            x6 = Fma(s6, u, x6);
            y6 = Fma(s6, v, y6);
            a0 += aStep;
            a3 += aStep;
            a6 += aStep;
            b += bRow;
        }

        x0.Store(c);
        y0.Store(c + w);
        c += cRow;
        x1.Store(c);
        y1.Store(c + w);
        c += cRow;
        x2.Store(c);
        y2.Store(c + w);
        c += cRow;
        x3.Store(c);
        y3.Store(c + w);
        c += cRow;
        x4.Store(c);
        y4.Store(c + w);
        c += cRow;
        x5.Store(c);
        y5.Store(c + w);
        c += cRow;
        x6.Store(c);
        y6.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile6<T>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, bool accumulate)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        Vector512<T> x0 = default, y0 = default;
        Vector512<T> x1 = default, y1 = default;
        Vector512<T> x2 = default, y2 = default;
        Vector512<T> x3 = default, y3 = default;
        Vector512<T> x4 = default, y4 = default;
        Vector512<T> x5 = default, y5 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector512.Load(r);
            y0 = Vector512.Load(r + w);
            r += cRow;
            x1 = Vector512.Load(r);
            y1 = Vector512.Load(r + w);
            r += cRow;
            x2 = Vector512.Load(r);
            y2 = Vector512.Load(r + w);
            r += cRow;
            x3 = Vector512.Load(r);
            y3 = Vector512.Load(r + w);
            r += cRow;
            x4 = Vector512.Load(r);
            y4 = Vector512.Load(r + w);
            r += cRow;
            x5 = Vector512.Load(r);
            y5 = Vector512.Load(r + w);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        nint two = 2 * aRow;
        for (nint p = 0; p < k; p++)
        {
            var u = Vector512.Load(b);
            var v = Vector512.Load(b + w);
            var s0 = Vector512.Create(*a0);
            x0 = Fma(s0, u, x0);
            y0 = Fma(s0, v, y0);
            var s1 = Vector512.Create(*(a0 + aRow));
            x1 = Fma(s1, u, x1);
            y1 = Fma(s1, v, y1);
            var s2 = Vector512.Create(*(a0 + two));
            x2 = Fma(s2, u, x2);
            y2 = Fma(s2, v, y2);
            var s3 = Vector512.Create(*a3);
            x3 = Fma(s3, u, x3);
            y3 = Fma(s3, v, y3);
            var s4 = Vector512.Create(*(a3 + aRow));
            x4 = Fma(s4, u, x4);
            y4 = Fma(s4, v, y4);
            var s5 = Vector512.Create(*(a3 + two));
            x5 = Fma(s5, u, x5);
            y5 = Fma(s5, v, y5);
            a0 += aStep;
            a3 += aStep;
            b += bRow;
        }

        x0.Store(c);
        y0.Store(c + w);
        c += cRow;
        x1.Store(c);
        y1.Store(c + w);
        c += cRow;
        x2.Store(c);
        y2.Store(c + w);
        c += cRow;
        x3.Store(c);
        y3.Store(c + w);
        c += cRow;
        x4.Store(c);
        y4.Store(c + w);
        c += cRow;
        x5.Store(c);
        y5.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile5<T>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, bool accumulate)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        Vector512<T> x0 = default, y0 = default;
        Vector512<T> x1 = default, y1 = default;
        Vector512<T> x2 = default, y2 = default;
        Vector512<T> x3 = default, y3 = default;
        Vector512<T> x4 = default, y4 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector512.Load(r);
            y0 = Vector512.Load(r + w);
            r += cRow;
            x1 = Vector512.Load(r);
            y1 = Vector512.Load(r + w);
            r += cRow;
            x2 = Vector512.Load(r);
            y2 = Vector512.Load(r + w);
            r += cRow;
            x3 = Vector512.Load(r);
            y3 = Vector512.Load(r + w);
            r += cRow;
            x4 = Vector512.Load(r);
            y4 = Vector512.Load(r + w);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        nint two = 2 * aRow;
        for (nint p = 0; p < k; p++)
        {
            var u = Vector512.Load(b);
            var v = Vector512.Load(b + w);
            var s0 = Vector512.Create(*a0);
            x0 = Fma(s0, u, x0);
            y0 = Fma(s0, v, y0);
            var s1 = Vector512.Create(*(a0 + aRow));
            x1 = Fma(s1, u, x1);
            y1 = Fma(s1, v, y1);
            var s2 = Vector512.Create(*(a0 + two));
            x2 = Fma(s2, u, x2);
            y2 = Fma(s2, v, y2);
            var s3 = Vector512.Create(*a3);
            x3 = Fma(s3, u, x3);
            y3 = Fma(s3, v, y3);
            var s4 = Vector512.Create(*(a3 + aRow));
            x4 = Fma(s4, u, x4);
            y4 = Fma(s4, v, y4);
            a0 += aStep;
            a3 += aStep;
            b += bRow;
        }

        x0.Store(c);
        y0.Store(c + w);
        c += cRow;
        x1.Store(c);
        y1.Store(c + w);
        c += cRow;
        x2.Store(c);
        y2.Store(c + w);
        c += cRow;
        x3.Store(c);
        y3.Store(c + w);
        c += cRow;
        x4.Store(c);
        y4.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4<T>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, bool accumulate)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        Vector512<T> x0 = default, y0 = default;
        Vector512<T> x1 = default, y1 = default;
        Vector512<T> x2 = default, y2 = default;
        Vector512<T> x3 = default, y3 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector512.Load(r);
            y0 = Vector512.Load(r + w);
            r += cRow;
            x1 = Vector512.Load(r);
            y1 = Vector512.Load(r + w);
            r += cRow;
            x2 = Vector512.Load(r);
            y2 = Vector512.Load(r + w);
            r += cRow;
            x3 = Vector512.Load(r);
            y3 = Vector512.Load(r + w);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        nint two = 2 * aRow;
        for (nint p = 0; p < k; p++)
        {
            var u = Vector512.Load(b);
            var v = Vector512.Load(b + w);
            var s0 = Vector512.Create(*a0);
            x0 = Fma(s0, u, x0);
            y0 = Fma(s0, v, y0);
            var s1 = Vector512.Create(*(a0 + aRow));
            x1 = Fma(s1, u, x1);
            y1 = Fma(s1, v, y1);
            var s2 = Vector512.Create(*(a0 + two));
            x2 = Fma(s2, u, x2);
            y2 = Fma(s2, v, y2);
            var s3 = Vector512.Create(*a3);
            x3 = Fma(s3, u, x3);
            y3 = Fma(s3, v, y3);
            a0 += aStep;
            a3 += aStep;
            b += bRow;
        }

        x0.Store(c);
        y0.Store(c + w);
        c += cRow;
        x1.Store(c);
        y1.Store(c + w);
        c += cRow;
        x2.Store(c);
        y2.Store(c + w);
        c += cRow;
        x3.Store(c);
        y3.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile3<T>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, bool accumulate)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        Vector512<T> x0 = default, y0 = default;
        Vector512<T> x1 = default, y1 = default;
        Vector512<T> x2 = default, y2 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector512.Load(r);
            y0 = Vector512.Load(r + w);
            r += cRow;
            x1 = Vector512.Load(r);
            y1 = Vector512.Load(r + w);
            r += cRow;
            x2 = Vector512.Load(r);
            y2 = Vector512.Load(r + w);
        }

        T* a0 = a;
        nint two = 2 * aRow;
        for (nint p = 0; p < k; p++)
        {
            var u = Vector512.Load(b);
            var v = Vector512.Load(b + w);
            var s0 = Vector512.Create(*a0);
            x0 = Fma(s0, u, x0);
            y0 = Fma(s0, v, y0);
            var s1 = Vector512.Create(*(a0 + aRow));
            x1 = Fma(s1, u, x1);
            y1 = Fma(s1, v, y1);
            var s2 = Vector512.Create(*(a0 + two));
            x2 = Fma(s2, u, x2);
            y2 = Fma(s2, v, y2);
            a0 += aStep;
            b += bRow;
        }

        x0.Store(c);
        y0.Store(c + w);
        c += cRow;
        x1.Store(c);
        y1.Store(c + w);
        c += cRow;
        x2.Store(c);
        y2.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2<T>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, bool accumulate)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        Vector512<T> x0 = default, y0 = default;
        Vector512<T> x1 = default, y1 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector512.Load(r);
            y0 = Vector512.Load(r + w);
            r += cRow;
            x1 = Vector512.Load(r);
            y1 = Vector512.Load(r + w);
        }

        T* a0 = a;
        for (nint p = 0; p < k; p++)
        {
            var u = Vector512.Load(b);
            var v = Vector512.Load(b + w);
            var s0 = Vector512.Create(*a0);
            x0 = Fma(s0, u, x0);
            y0 = Fma(s0, v, y0);
            var s1 = Vector512.Create(*(a0 + aRow));
            x1 = Fma(s1, u, x1);
            y1 = Fma(s1, v, y1);
            a0 += aStep;
            b += bRow;
        }

        x0.Store(c);
        y0.Store(c + w);
        c += cRow;
        x1.Store(c);
        y1.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1<T>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, bool accumulate)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        Vector512<T> x0 = default, y0 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector512.Load(r);
            y0 = Vector512.Load(r + w);
        }

        T* a0 = a;
        for (nint p = 0; p < k; p++)
        {
            var u = Vector512.Load(b);
            var v = Vector512.Load(b + w);
            var s0 = Vector512.Create(*a0);
            x0 = Fma(s0, u, x0);
            y0 = Fma(s0, v, y0);
            a0 += aStep;
            b += bRow;
        }

        x0.Store(c);
        y0.Store(c + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Fma<T>(Vector512<T> x, Vector512<T> y, Vector512<T> z)
        where T : unmanaged
        => typeof(T) == typeof(float)
            ? Vector512.FusedMultiplyAdd(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>()
            : Vector512.FusedMultiplyAdd(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>();
}

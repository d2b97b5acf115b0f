// Written by eng/gemm-tiles.py.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Register tiles of a matrix product, up to 6 rows of one or two vectors of 256 bits: straight-line code, one local
/// per accumulator. With <see cref="CutColumns"/> the last vector holds <c>columns</c> elements only.
/// </summary>
internal static unsafe class GemmTile256
{
    public const int MaxRows = 6;

    /// <summary>C[rows, width] = or += A[rows, k] B[k, width] for 1 to <see cref="MaxRows"/> rows, <paramref name="wide"/>: of two vectors.</summary>
    public static void Run<T, TColumns>(
        int rows, bool wide, T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        switch (wide ? rows : rows + MaxRows)
        {
            case 6:
                Wide6<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 5:
                Wide5<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 4:
                Wide4<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 3:
                Wide3<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 2:
                Wide2<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 1:
                Wide1<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 12:
                Slim6<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 11:
                Slim5<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 10:
                Slim4<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 9:
                Slim3<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 8:
                Slim2<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 7:
                Slim1<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide6<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First256<T, TColumns>(columns);
        int w = Vector256<T>.Count;
        Vector256<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default, x5 = default;
        Vector256<T> y0 = default, y1 = default, y2 = default, y3 = default, y4 = default, y5 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector256.Load(r);
            y0 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x1 = Vector256.Load(r);
            y1 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x2 = Vector256.Load(r);
            y2 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x3 = Vector256.Load(r);
            y3 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x4 = Vector256.Load(r);
            y4 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x5 = Vector256.Load(r);
            y5 = GemmLanes.Load<T, TColumns>(r + w, mask);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            var u = Vector256.Load(b);
            var v = GemmLanes.Load<T, TColumns>(b + w, mask);
            var s0 = Vector256.Create(*a0);
            x0 = GemmLanes.Fma(s0, u, x0);
            y0 = GemmLanes.Fma(s0, v, y0);
            var s1 = Vector256.Create(*(a0 + aRow));
            x1 = GemmLanes.Fma(s1, u, x1);
            y1 = GemmLanes.Fma(s1, v, y1);
            var s2 = Vector256.Create(*(a0 + two));
            x2 = GemmLanes.Fma(s2, u, x2);
            y2 = GemmLanes.Fma(s2, v, y2);
            var s3 = Vector256.Create(*a3);
            x3 = GemmLanes.Fma(s3, u, x3);
            y3 = GemmLanes.Fma(s3, v, y3);
            var s4 = Vector256.Create(*(a3 + aRow));
            x4 = GemmLanes.Fma(s4, u, x4);
            y4 = GemmLanes.Fma(s4, v, y4);
            var s5 = Vector256.Create(*(a3 + two));
            x5 = GemmLanes.Fma(s5, u, x5);
            y5 = GemmLanes.Fma(s5, v, y5);
            a0 += aStep;
            a3 += aStep;
            b += bRow;
        }

        x0.Store(c);
        GemmLanes.Store<T, TColumns>(y0, c + w, mask);
        c += cRow;
        x1.Store(c);
        GemmLanes.Store<T, TColumns>(y1, c + w, mask);
        c += cRow;
        x2.Store(c);
        GemmLanes.Store<T, TColumns>(y2, c + w, mask);
        c += cRow;
        x3.Store(c);
        GemmLanes.Store<T, TColumns>(y3, c + w, mask);
        c += cRow;
        x4.Store(c);
        GemmLanes.Store<T, TColumns>(y4, c + w, mask);
        c += cRow;
        x5.Store(c);
        GemmLanes.Store<T, TColumns>(y5, c + w, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide5<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First256<T, TColumns>(columns);
        int w = Vector256<T>.Count;
        Vector256<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default;
        Vector256<T> y0 = default, y1 = default, y2 = default, y3 = default, y4 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector256.Load(r);
            y0 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x1 = Vector256.Load(r);
            y1 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x2 = Vector256.Load(r);
            y2 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x3 = Vector256.Load(r);
            y3 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x4 = Vector256.Load(r);
            y4 = GemmLanes.Load<T, TColumns>(r + w, mask);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            var u = Vector256.Load(b);
            var v = GemmLanes.Load<T, TColumns>(b + w, mask);
            var s0 = Vector256.Create(*a0);
            x0 = GemmLanes.Fma(s0, u, x0);
            y0 = GemmLanes.Fma(s0, v, y0);
            var s1 = Vector256.Create(*(a0 + aRow));
            x1 = GemmLanes.Fma(s1, u, x1);
            y1 = GemmLanes.Fma(s1, v, y1);
            var s2 = Vector256.Create(*(a0 + two));
            x2 = GemmLanes.Fma(s2, u, x2);
            y2 = GemmLanes.Fma(s2, v, y2);
            var s3 = Vector256.Create(*a3);
            x3 = GemmLanes.Fma(s3, u, x3);
            y3 = GemmLanes.Fma(s3, v, y3);
            var s4 = Vector256.Create(*(a3 + aRow));
            x4 = GemmLanes.Fma(s4, u, x4);
            y4 = GemmLanes.Fma(s4, v, y4);
            a0 += aStep;
            a3 += aStep;
            b += bRow;
        }

        x0.Store(c);
        GemmLanes.Store<T, TColumns>(y0, c + w, mask);
        c += cRow;
        x1.Store(c);
        GemmLanes.Store<T, TColumns>(y1, c + w, mask);
        c += cRow;
        x2.Store(c);
        GemmLanes.Store<T, TColumns>(y2, c + w, mask);
        c += cRow;
        x3.Store(c);
        GemmLanes.Store<T, TColumns>(y3, c + w, mask);
        c += cRow;
        x4.Store(c);
        GemmLanes.Store<T, TColumns>(y4, c + w, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide4<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First256<T, TColumns>(columns);
        int w = Vector256<T>.Count;
        Vector256<T> x0 = default, x1 = default, x2 = default, x3 = default;
        Vector256<T> y0 = default, y1 = default, y2 = default, y3 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector256.Load(r);
            y0 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x1 = Vector256.Load(r);
            y1 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x2 = Vector256.Load(r);
            y2 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x3 = Vector256.Load(r);
            y3 = GemmLanes.Load<T, TColumns>(r + w, mask);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            var u = Vector256.Load(b);
            var v = GemmLanes.Load<T, TColumns>(b + w, mask);
            var s0 = Vector256.Create(*a0);
            x0 = GemmLanes.Fma(s0, u, x0);
            y0 = GemmLanes.Fma(s0, v, y0);
            var s1 = Vector256.Create(*(a0 + aRow));
            x1 = GemmLanes.Fma(s1, u, x1);
            y1 = GemmLanes.Fma(s1, v, y1);
            var s2 = Vector256.Create(*(a0 + two));
            x2 = GemmLanes.Fma(s2, u, x2);
            y2 = GemmLanes.Fma(s2, v, y2);
            var s3 = Vector256.Create(*a3);
            x3 = GemmLanes.Fma(s3, u, x3);
            y3 = GemmLanes.Fma(s3, v, y3);
            a0 += aStep;
            a3 += aStep;
            b += bRow;
        }

        x0.Store(c);
        GemmLanes.Store<T, TColumns>(y0, c + w, mask);
        c += cRow;
        x1.Store(c);
        GemmLanes.Store<T, TColumns>(y1, c + w, mask);
        c += cRow;
        x2.Store(c);
        GemmLanes.Store<T, TColumns>(y2, c + w, mask);
        c += cRow;
        x3.Store(c);
        GemmLanes.Store<T, TColumns>(y3, c + w, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide3<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First256<T, TColumns>(columns);
        int w = Vector256<T>.Count;
        Vector256<T> x0 = default, x1 = default, x2 = default;
        Vector256<T> y0 = default, y1 = default, y2 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector256.Load(r);
            y0 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x1 = Vector256.Load(r);
            y1 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x2 = Vector256.Load(r);
            y2 = GemmLanes.Load<T, TColumns>(r + w, mask);
        }

        T* a0 = a;
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            var u = Vector256.Load(b);
            var v = GemmLanes.Load<T, TColumns>(b + w, mask);
            var s0 = Vector256.Create(*a0);
            x0 = GemmLanes.Fma(s0, u, x0);
            y0 = GemmLanes.Fma(s0, v, y0);
            var s1 = Vector256.Create(*(a0 + aRow));
            x1 = GemmLanes.Fma(s1, u, x1);
            y1 = GemmLanes.Fma(s1, v, y1);
            var s2 = Vector256.Create(*(a0 + two));
            x2 = GemmLanes.Fma(s2, u, x2);
            y2 = GemmLanes.Fma(s2, v, y2);
            a0 += aStep;
            b += bRow;
        }

        x0.Store(c);
        GemmLanes.Store<T, TColumns>(y0, c + w, mask);
        c += cRow;
        x1.Store(c);
        GemmLanes.Store<T, TColumns>(y1, c + w, mask);
        c += cRow;
        x2.Store(c);
        GemmLanes.Store<T, TColumns>(y2, c + w, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide2<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First256<T, TColumns>(columns);
        int w = Vector256<T>.Count;
        Vector256<T> x0 = default, x1 = default;
        Vector256<T> y0 = default, y1 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector256.Load(r);
            y0 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x1 = Vector256.Load(r);
            y1 = GemmLanes.Load<T, TColumns>(r + w, mask);
        }

        T* a0 = a;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            var u = Vector256.Load(b);
            var v = GemmLanes.Load<T, TColumns>(b + w, mask);
            var s0 = Vector256.Create(*a0);
            x0 = GemmLanes.Fma(s0, u, x0);
            y0 = GemmLanes.Fma(s0, v, y0);
            var s1 = Vector256.Create(*(a0 + aRow));
            x1 = GemmLanes.Fma(s1, u, x1);
            y1 = GemmLanes.Fma(s1, v, y1);
            a0 += aStep;
            b += bRow;
        }

        x0.Store(c);
        GemmLanes.Store<T, TColumns>(y0, c + w, mask);
        c += cRow;
        x1.Store(c);
        GemmLanes.Store<T, TColumns>(y1, c + w, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide1<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First256<T, TColumns>(columns);
        int w = Vector256<T>.Count;
        Vector256<T> x0 = default;
        Vector256<T> y0 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector256.Load(r);
            y0 = GemmLanes.Load<T, TColumns>(r + w, mask);
        }

        T* a0 = a;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            var u = Vector256.Load(b);
            var v = GemmLanes.Load<T, TColumns>(b + w, mask);
            var s0 = Vector256.Create(*a0);
            x0 = GemmLanes.Fma(s0, u, x0);
            y0 = GemmLanes.Fma(s0, v, y0);
            a0 += aStep;
            b += bRow;
        }

        x0.Store(c);
        GemmLanes.Store<T, TColumns>(y0, c + w, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim6<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First256<T, TColumns>(columns);
        Vector256<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default, x5 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x1 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x2 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x3 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x4 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x5 = GemmLanes.Load<T, TColumns>(r, mask);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            var u = GemmLanes.Load<T, TColumns>(b, mask);
            x0 = GemmLanes.Fma(Vector256.Create(*a0), u, x0);
            x1 = GemmLanes.Fma(Vector256.Create(*(a0 + aRow)), u, x1);
            x2 = GemmLanes.Fma(Vector256.Create(*(a0 + two)), u, x2);
            x3 = GemmLanes.Fma(Vector256.Create(*a3), u, x3);
            x4 = GemmLanes.Fma(Vector256.Create(*(a3 + aRow)), u, x4);
            x5 = GemmLanes.Fma(Vector256.Create(*(a3 + two)), u, x5);
            a0 += aStep;
            a3 += aStep;
            b += bRow;
        }

        GemmLanes.Store<T, TColumns>(x0, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x1, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x2, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x3, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x4, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x5, c, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim5<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First256<T, TColumns>(columns);
        Vector256<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x1 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x2 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x3 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x4 = GemmLanes.Load<T, TColumns>(r, mask);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            var u = GemmLanes.Load<T, TColumns>(b, mask);
            x0 = GemmLanes.Fma(Vector256.Create(*a0), u, x0);
            x1 = GemmLanes.Fma(Vector256.Create(*(a0 + aRow)), u, x1);
            x2 = GemmLanes.Fma(Vector256.Create(*(a0 + two)), u, x2);
            x3 = GemmLanes.Fma(Vector256.Create(*a3), u, x3);
            x4 = GemmLanes.Fma(Vector256.Create(*(a3 + aRow)), u, x4);
            a0 += aStep;
            a3 += aStep;
            b += bRow;
        }

        GemmLanes.Store<T, TColumns>(x0, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x1, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x2, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x3, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x4, c, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim4<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First256<T, TColumns>(columns);
        Vector256<T> x0 = default, x1 = default, x2 = default, x3 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x1 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x2 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x3 = GemmLanes.Load<T, TColumns>(r, mask);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            var u = GemmLanes.Load<T, TColumns>(b, mask);
            x0 = GemmLanes.Fma(Vector256.Create(*a0), u, x0);
            x1 = GemmLanes.Fma(Vector256.Create(*(a0 + aRow)), u, x1);
            x2 = GemmLanes.Fma(Vector256.Create(*(a0 + two)), u, x2);
            x3 = GemmLanes.Fma(Vector256.Create(*a3), u, x3);
            a0 += aStep;
            a3 += aStep;
            b += bRow;
        }

        GemmLanes.Store<T, TColumns>(x0, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x1, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x2, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x3, c, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim3<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First256<T, TColumns>(columns);
        Vector256<T> x0 = default, x1 = default, x2 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x1 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x2 = GemmLanes.Load<T, TColumns>(r, mask);
        }

        T* a0 = a;
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            var u = GemmLanes.Load<T, TColumns>(b, mask);
            x0 = GemmLanes.Fma(Vector256.Create(*a0), u, x0);
            x1 = GemmLanes.Fma(Vector256.Create(*(a0 + aRow)), u, x1);
            x2 = GemmLanes.Fma(Vector256.Create(*(a0 + two)), u, x2);
            a0 += aStep;
            b += bRow;
        }

        GemmLanes.Store<T, TColumns>(x0, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x1, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x2, c, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim2<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First256<T, TColumns>(columns);
        Vector256<T> x0 = default, x1 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x1 = GemmLanes.Load<T, TColumns>(r, mask);
        }

        T* a0 = a;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            var u = GemmLanes.Load<T, TColumns>(b, mask);
            x0 = GemmLanes.Fma(Vector256.Create(*a0), u, x0);
            x1 = GemmLanes.Fma(Vector256.Create(*(a0 + aRow)), u, x1);
            a0 += aStep;
            b += bRow;
        }

        GemmLanes.Store<T, TColumns>(x0, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x1, c, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim1<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First256<T, TColumns>(columns);
        Vector256<T> x0 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = GemmLanes.Load<T, TColumns>(r, mask);
        }

        T* a0 = a;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            var u = GemmLanes.Load<T, TColumns>(b, mask);
            x0 = GemmLanes.Fma(Vector256.Create(*a0), u, x0);
            a0 += aStep;
            b += bRow;
        }

        GemmLanes.Store<T, TColumns>(x0, c, mask);
    }
}

// Written by eng/gemm-tiles.py.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Register tiles of a matrix product, up to 12 rows of one or two vectors of 512 bits: straight-line code, one local
/// per accumulator. With <see cref="CutColumns"/> the last vector holds <c>columns</c> elements only.
/// </summary>
internal static unsafe class GemmTile512
{
    public const int MaxRows = 12;

    /// <summary>C[rows, width] = or += A[rows, k] B[k, width] for 1 to <see cref="MaxRows"/> rows, <paramref name="wide"/>: of two vectors.</summary>
    public static void Run<T, TColumns>(
        int rows, bool wide, T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        switch (wide ? rows : rows + MaxRows)
        {
            case 12:
                Wide12<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 11:
                Wide11<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 10:
                Wide10<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 9:
                Wide9<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 8:
                Wide8<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 7:
                Wide7<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
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
            case 24:
                Slim12<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 23:
                Slim11<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 22:
                Slim10<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 21:
                Slim9<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 20:
                Slim8<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 19:
                Slim7<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 18:
                Slim6<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 17:
                Slim5<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 16:
                Slim4<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 15:
                Slim3<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 14:
                Slim2<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
            case 13:
                Slim1<T, TColumns>(a, aRow, aStep, b, bRow, c, cRow, k, columns, accumulate, ahead);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide12<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First512<T, TColumns>(columns);
        int w = Vector512<T>.Count;
        Vector512<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default, x5 = default, x6 = default, x7 = default, x8 = default, x9 = default, x10 = default, x11 = default;
        Vector512<T> y0 = default, y1 = default, y2 = default, y3 = default, y4 = default, y5 = default, y6 = default, y7 = default, y8 = default, y9 = default, y10 = default, y11 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector512.Load(r);
            y0 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x1 = Vector512.Load(r);
            y1 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x2 = Vector512.Load(r);
            y2 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x3 = Vector512.Load(r);
            y3 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x4 = Vector512.Load(r);
            y4 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x5 = Vector512.Load(r);
            y5 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x6 = Vector512.Load(r);
            y6 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x7 = Vector512.Load(r);
            y7 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x8 = Vector512.Load(r);
            y8 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x9 = Vector512.Load(r);
            y9 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x10 = Vector512.Load(r);
            y10 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x11 = Vector512.Load(r);
            y11 = GemmLanes.Load<T, TColumns>(r + w, mask);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        T* a6 = a + (6 * aRow);
        T* a9 = a + (9 * aRow);
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            GemmLanes.Fetch(b + ahead + w);
            var u = Vector512.Load(b);
            var v = GemmLanes.Load<T, TColumns>(b + w, mask);
            var s0 = Vector512.Create(*a0);
            x0 = GemmLanes.Fma(s0, u, x0);
            y0 = GemmLanes.Fma(s0, v, y0);
            var s1 = Vector512.Create(*(a0 + aRow));
            x1 = GemmLanes.Fma(s1, u, x1);
            y1 = GemmLanes.Fma(s1, v, y1);
            var s2 = Vector512.Create(*(a0 + two));
            x2 = GemmLanes.Fma(s2, u, x2);
            y2 = GemmLanes.Fma(s2, v, y2);
            var s3 = Vector512.Create(*a3);
            x3 = GemmLanes.Fma(s3, u, x3);
            y3 = GemmLanes.Fma(s3, v, y3);
            var s4 = Vector512.Create(*(a3 + aRow));
            x4 = GemmLanes.Fma(s4, u, x4);
            y4 = GemmLanes.Fma(s4, v, y4);
            var s5 = Vector512.Create(*(a3 + two));
            x5 = GemmLanes.Fma(s5, u, x5);
            y5 = GemmLanes.Fma(s5, v, y5);
            var s6 = Vector512.Create(*a6);
            x6 = GemmLanes.Fma(s6, u, x6);
            y6 = GemmLanes.Fma(s6, v, y6);
            var s7 = Vector512.Create(*(a6 + aRow));
            x7 = GemmLanes.Fma(s7, u, x7);
            y7 = GemmLanes.Fma(s7, v, y7);
            var s8 = Vector512.Create(*(a6 + two));
            x8 = GemmLanes.Fma(s8, u, x8);
            y8 = GemmLanes.Fma(s8, v, y8);
            var s9 = Vector512.Create(*a9);
            x9 = GemmLanes.Fma(s9, u, x9);
            y9 = GemmLanes.Fma(s9, v, y9);
            var s10 = Vector512.Create(*(a9 + aRow));
            x10 = GemmLanes.Fma(s10, u, x10);
            y10 = GemmLanes.Fma(s10, v, y10);
            var s11 = Vector512.Create(*(a9 + two));
            x11 = GemmLanes.Fma(s11, u, x11);
            y11 = GemmLanes.Fma(s11, v, y11);
            a0 += aStep;
            a3 += aStep;
            a6 += aStep;
            a9 += aStep;
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
        c += cRow;
        x6.Store(c);
        GemmLanes.Store<T, TColumns>(y6, c + w, mask);
        c += cRow;
        x7.Store(c);
        GemmLanes.Store<T, TColumns>(y7, c + w, mask);
        c += cRow;
        x8.Store(c);
        GemmLanes.Store<T, TColumns>(y8, c + w, mask);
        c += cRow;
        x9.Store(c);
        GemmLanes.Store<T, TColumns>(y9, c + w, mask);
        c += cRow;
        x10.Store(c);
        GemmLanes.Store<T, TColumns>(y10, c + w, mask);
        c += cRow;
        x11.Store(c);
        GemmLanes.Store<T, TColumns>(y11, c + w, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide11<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First512<T, TColumns>(columns);
        int w = Vector512<T>.Count;
        Vector512<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default, x5 = default, x6 = default, x7 = default, x8 = default, x9 = default, x10 = default;
        Vector512<T> y0 = default, y1 = default, y2 = default, y3 = default, y4 = default, y5 = default, y6 = default, y7 = default, y8 = default, y9 = default, y10 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector512.Load(r);
            y0 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x1 = Vector512.Load(r);
            y1 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x2 = Vector512.Load(r);
            y2 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x3 = Vector512.Load(r);
            y3 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x4 = Vector512.Load(r);
            y4 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x5 = Vector512.Load(r);
            y5 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x6 = Vector512.Load(r);
            y6 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x7 = Vector512.Load(r);
            y7 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x8 = Vector512.Load(r);
            y8 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x9 = Vector512.Load(r);
            y9 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x10 = Vector512.Load(r);
            y10 = GemmLanes.Load<T, TColumns>(r + w, mask);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        T* a6 = a + (6 * aRow);
        T* a9 = a + (9 * aRow);
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            GemmLanes.Fetch(b + ahead + w);
            var u = Vector512.Load(b);
            var v = GemmLanes.Load<T, TColumns>(b + w, mask);
            var s0 = Vector512.Create(*a0);
            x0 = GemmLanes.Fma(s0, u, x0);
            y0 = GemmLanes.Fma(s0, v, y0);
            var s1 = Vector512.Create(*(a0 + aRow));
            x1 = GemmLanes.Fma(s1, u, x1);
            y1 = GemmLanes.Fma(s1, v, y1);
            var s2 = Vector512.Create(*(a0 + two));
            x2 = GemmLanes.Fma(s2, u, x2);
            y2 = GemmLanes.Fma(s2, v, y2);
            var s3 = Vector512.Create(*a3);
            x3 = GemmLanes.Fma(s3, u, x3);
            y3 = GemmLanes.Fma(s3, v, y3);
            var s4 = Vector512.Create(*(a3 + aRow));
            x4 = GemmLanes.Fma(s4, u, x4);
            y4 = GemmLanes.Fma(s4, v, y4);
            var s5 = Vector512.Create(*(a3 + two));
            x5 = GemmLanes.Fma(s5, u, x5);
            y5 = GemmLanes.Fma(s5, v, y5);
            var s6 = Vector512.Create(*a6);
            x6 = GemmLanes.Fma(s6, u, x6);
            y6 = GemmLanes.Fma(s6, v, y6);
            var s7 = Vector512.Create(*(a6 + aRow));
            x7 = GemmLanes.Fma(s7, u, x7);
            y7 = GemmLanes.Fma(s7, v, y7);
            var s8 = Vector512.Create(*(a6 + two));
            x8 = GemmLanes.Fma(s8, u, x8);
            y8 = GemmLanes.Fma(s8, v, y8);
            var s9 = Vector512.Create(*a9);
            x9 = GemmLanes.Fma(s9, u, x9);
            y9 = GemmLanes.Fma(s9, v, y9);
            var s10 = Vector512.Create(*(a9 + aRow));
            x10 = GemmLanes.Fma(s10, u, x10);
            y10 = GemmLanes.Fma(s10, v, y10);
            a0 += aStep;
            a3 += aStep;
            a6 += aStep;
            a9 += aStep;
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
        c += cRow;
        x6.Store(c);
        GemmLanes.Store<T, TColumns>(y6, c + w, mask);
        c += cRow;
        x7.Store(c);
        GemmLanes.Store<T, TColumns>(y7, c + w, mask);
        c += cRow;
        x8.Store(c);
        GemmLanes.Store<T, TColumns>(y8, c + w, mask);
        c += cRow;
        x9.Store(c);
        GemmLanes.Store<T, TColumns>(y9, c + w, mask);
        c += cRow;
        x10.Store(c);
        GemmLanes.Store<T, TColumns>(y10, c + w, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide10<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First512<T, TColumns>(columns);
        int w = Vector512<T>.Count;
        Vector512<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default, x5 = default, x6 = default, x7 = default, x8 = default, x9 = default;
        Vector512<T> y0 = default, y1 = default, y2 = default, y3 = default, y4 = default, y5 = default, y6 = default, y7 = default, y8 = default, y9 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector512.Load(r);
            y0 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x1 = Vector512.Load(r);
            y1 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x2 = Vector512.Load(r);
            y2 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x3 = Vector512.Load(r);
            y3 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x4 = Vector512.Load(r);
            y4 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x5 = Vector512.Load(r);
            y5 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x6 = Vector512.Load(r);
            y6 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x7 = Vector512.Load(r);
            y7 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x8 = Vector512.Load(r);
            y8 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x9 = Vector512.Load(r);
            y9 = GemmLanes.Load<T, TColumns>(r + w, mask);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        T* a6 = a + (6 * aRow);
        T* a9 = a + (9 * aRow);
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            GemmLanes.Fetch(b + ahead + w);
            var u = Vector512.Load(b);
            var v = GemmLanes.Load<T, TColumns>(b + w, mask);
            var s0 = Vector512.Create(*a0);
            x0 = GemmLanes.Fma(s0, u, x0);
            y0 = GemmLanes.Fma(s0, v, y0);
            var s1 = Vector512.Create(*(a0 + aRow));
            x1 = GemmLanes.Fma(s1, u, x1);
            y1 = GemmLanes.Fma(s1, v, y1);
            var s2 = Vector512.Create(*(a0 + two));
            x2 = GemmLanes.Fma(s2, u, x2);
            y2 = GemmLanes.Fma(s2, v, y2);
            var s3 = Vector512.Create(*a3);
            x3 = GemmLanes.Fma(s3, u, x3);
            y3 = GemmLanes.Fma(s3, v, y3);
            var s4 = Vector512.Create(*(a3 + aRow));
            x4 = GemmLanes.Fma(s4, u, x4);
            y4 = GemmLanes.Fma(s4, v, y4);
            var s5 = Vector512.Create(*(a3 + two));
            x5 = GemmLanes.Fma(s5, u, x5);
            y5 = GemmLanes.Fma(s5, v, y5);
            var s6 = Vector512.Create(*a6);
            x6 = GemmLanes.Fma(s6, u, x6);
            y6 = GemmLanes.Fma(s6, v, y6);
            var s7 = Vector512.Create(*(a6 + aRow));
            x7 = GemmLanes.Fma(s7, u, x7);
            y7 = GemmLanes.Fma(s7, v, y7);
            var s8 = Vector512.Create(*(a6 + two));
            x8 = GemmLanes.Fma(s8, u, x8);
            y8 = GemmLanes.Fma(s8, v, y8);
            var s9 = Vector512.Create(*a9);
            x9 = GemmLanes.Fma(s9, u, x9);
            y9 = GemmLanes.Fma(s9, v, y9);
            a0 += aStep;
            a3 += aStep;
            a6 += aStep;
            a9 += aStep;
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
        c += cRow;
        x6.Store(c);
        GemmLanes.Store<T, TColumns>(y6, c + w, mask);
        c += cRow;
        x7.Store(c);
        GemmLanes.Store<T, TColumns>(y7, c + w, mask);
        c += cRow;
        x8.Store(c);
        GemmLanes.Store<T, TColumns>(y8, c + w, mask);
        c += cRow;
        x9.Store(c);
        GemmLanes.Store<T, TColumns>(y9, c + w, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide9<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First512<T, TColumns>(columns);
        int w = Vector512<T>.Count;
        Vector512<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default, x5 = default, x6 = default, x7 = default, x8 = default;
        Vector512<T> y0 = default, y1 = default, y2 = default, y3 = default, y4 = default, y5 = default, y6 = default, y7 = default, y8 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector512.Load(r);
            y0 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x1 = Vector512.Load(r);
            y1 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x2 = Vector512.Load(r);
            y2 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x3 = Vector512.Load(r);
            y3 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x4 = Vector512.Load(r);
            y4 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x5 = Vector512.Load(r);
            y5 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x6 = Vector512.Load(r);
            y6 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x7 = Vector512.Load(r);
            y7 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x8 = Vector512.Load(r);
            y8 = GemmLanes.Load<T, TColumns>(r + w, mask);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        T* a6 = a + (6 * aRow);
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            GemmLanes.Fetch(b + ahead + w);
            var u = Vector512.Load(b);
            var v = GemmLanes.Load<T, TColumns>(b + w, mask);
            var s0 = Vector512.Create(*a0);
            x0 = GemmLanes.Fma(s0, u, x0);
            y0 = GemmLanes.Fma(s0, v, y0);
            var s1 = Vector512.Create(*(a0 + aRow));
            x1 = GemmLanes.Fma(s1, u, x1);
            y1 = GemmLanes.Fma(s1, v, y1);
            var s2 = Vector512.Create(*(a0 + two));
            x2 = GemmLanes.Fma(s2, u, x2);
            y2 = GemmLanes.Fma(s2, v, y2);
            var s3 = Vector512.Create(*a3);
            x3 = GemmLanes.Fma(s3, u, x3);
            y3 = GemmLanes.Fma(s3, v, y3);
            var s4 = Vector512.Create(*(a3 + aRow));
            x4 = GemmLanes.Fma(s4, u, x4);
            y4 = GemmLanes.Fma(s4, v, y4);
            var s5 = Vector512.Create(*(a3 + two));
            x5 = GemmLanes.Fma(s5, u, x5);
            y5 = GemmLanes.Fma(s5, v, y5);
            var s6 = Vector512.Create(*a6);
            x6 = GemmLanes.Fma(s6, u, x6);
            y6 = GemmLanes.Fma(s6, v, y6);
            var s7 = Vector512.Create(*(a6 + aRow));
            x7 = GemmLanes.Fma(s7, u, x7);
            y7 = GemmLanes.Fma(s7, v, y7);
            var s8 = Vector512.Create(*(a6 + two));
            x8 = GemmLanes.Fma(s8, u, x8);
            y8 = GemmLanes.Fma(s8, v, y8);
            a0 += aStep;
            a3 += aStep;
            a6 += aStep;
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
        c += cRow;
        x6.Store(c);
        GemmLanes.Store<T, TColumns>(y6, c + w, mask);
        c += cRow;
        x7.Store(c);
        GemmLanes.Store<T, TColumns>(y7, c + w, mask);
        c += cRow;
        x8.Store(c);
        GemmLanes.Store<T, TColumns>(y8, c + w, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide8<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First512<T, TColumns>(columns);
        int w = Vector512<T>.Count;
        Vector512<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default, x5 = default, x6 = default, x7 = default;
        Vector512<T> y0 = default, y1 = default, y2 = default, y3 = default, y4 = default, y5 = default, y6 = default, y7 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector512.Load(r);
            y0 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x1 = Vector512.Load(r);
            y1 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x2 = Vector512.Load(r);
            y2 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x3 = Vector512.Load(r);
            y3 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x4 = Vector512.Load(r);
            y4 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x5 = Vector512.Load(r);
            y5 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x6 = Vector512.Load(r);
            y6 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x7 = Vector512.Load(r);
            y7 = GemmLanes.Load<T, TColumns>(r + w, mask);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        T* a6 = a + (6 * aRow);
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            GemmLanes.Fetch(b + ahead + w);
            var u = Vector512.Load(b);
            var v = GemmLanes.Load<T, TColumns>(b + w, mask);
            var s0 = Vector512.Create(*a0);
            x0 = GemmLanes.Fma(s0, u, x0);
            y0 = GemmLanes.Fma(s0, v, y0);
            var s1 = Vector512.Create(*(a0 + aRow));
            x1 = GemmLanes.Fma(s1, u, x1);
            y1 = GemmLanes.Fma(s1, v, y1);
            var s2 = Vector512.Create(*(a0 + two));
            x2 = GemmLanes.Fma(s2, u, x2);
            y2 = GemmLanes.Fma(s2, v, y2);
            var s3 = Vector512.Create(*a3);
            x3 = GemmLanes.Fma(s3, u, x3);
            y3 = GemmLanes.Fma(s3, v, y3);
            var s4 = Vector512.Create(*(a3 + aRow));
            x4 = GemmLanes.Fma(s4, u, x4);
            y4 = GemmLanes.Fma(s4, v, y4);
            var s5 = Vector512.Create(*(a3 + two));
            x5 = GemmLanes.Fma(s5, u, x5);
            y5 = GemmLanes.Fma(s5, v, y5);
            var s6 = Vector512.Create(*a6);
            x6 = GemmLanes.Fma(s6, u, x6);
            y6 = GemmLanes.Fma(s6, v, y6);
            var s7 = Vector512.Create(*(a6 + aRow));
            x7 = GemmLanes.Fma(s7, u, x7);
            y7 = GemmLanes.Fma(s7, v, y7);
            a0 += aStep;
            a3 += aStep;
            a6 += aStep;
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
        c += cRow;
        x6.Store(c);
        GemmLanes.Store<T, TColumns>(y6, c + w, mask);
        c += cRow;
        x7.Store(c);
        GemmLanes.Store<T, TColumns>(y7, c + w, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide7<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First512<T, TColumns>(columns);
        int w = Vector512<T>.Count;
        Vector512<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default, x5 = default, x6 = default;
        Vector512<T> y0 = default, y1 = default, y2 = default, y3 = default, y4 = default, y5 = default, y6 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector512.Load(r);
            y0 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x1 = Vector512.Load(r);
            y1 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x2 = Vector512.Load(r);
            y2 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x3 = Vector512.Load(r);
            y3 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x4 = Vector512.Load(r);
            y4 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x5 = Vector512.Load(r);
            y5 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x6 = Vector512.Load(r);
            y6 = GemmLanes.Load<T, TColumns>(r + w, mask);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        T* a6 = a + (6 * aRow);
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            GemmLanes.Fetch(b + ahead + w);
            var u = Vector512.Load(b);
            var v = GemmLanes.Load<T, TColumns>(b + w, mask);
            var s0 = Vector512.Create(*a0);
            x0 = GemmLanes.Fma(s0, u, x0);
            y0 = GemmLanes.Fma(s0, v, y0);
            var s1 = Vector512.Create(*(a0 + aRow));
            x1 = GemmLanes.Fma(s1, u, x1);
            y1 = GemmLanes.Fma(s1, v, y1);
            var s2 = Vector512.Create(*(a0 + two));
            x2 = GemmLanes.Fma(s2, u, x2);
            y2 = GemmLanes.Fma(s2, v, y2);
            var s3 = Vector512.Create(*a3);
            x3 = GemmLanes.Fma(s3, u, x3);
            y3 = GemmLanes.Fma(s3, v, y3);
            var s4 = Vector512.Create(*(a3 + aRow));
            x4 = GemmLanes.Fma(s4, u, x4);
            y4 = GemmLanes.Fma(s4, v, y4);
            var s5 = Vector512.Create(*(a3 + two));
            x5 = GemmLanes.Fma(s5, u, x5);
            y5 = GemmLanes.Fma(s5, v, y5);
            var s6 = Vector512.Create(*a6);
            x6 = GemmLanes.Fma(s6, u, x6);
            y6 = GemmLanes.Fma(s6, v, y6);
            a0 += aStep;
            a3 += aStep;
            a6 += aStep;
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
        c += cRow;
        x6.Store(c);
        GemmLanes.Store<T, TColumns>(y6, c + w, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide6<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First512<T, TColumns>(columns);
        int w = Vector512<T>.Count;
        Vector512<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default, x5 = default;
        Vector512<T> y0 = default, y1 = default, y2 = default, y3 = default, y4 = default, y5 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector512.Load(r);
            y0 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x1 = Vector512.Load(r);
            y1 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x2 = Vector512.Load(r);
            y2 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x3 = Vector512.Load(r);
            y3 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x4 = Vector512.Load(r);
            y4 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x5 = Vector512.Load(r);
            y5 = GemmLanes.Load<T, TColumns>(r + w, mask);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            GemmLanes.Fetch(b + ahead + w);
            var u = Vector512.Load(b);
            var v = GemmLanes.Load<T, TColumns>(b + w, mask);
            var s0 = Vector512.Create(*a0);
            x0 = GemmLanes.Fma(s0, u, x0);
            y0 = GemmLanes.Fma(s0, v, y0);
            var s1 = Vector512.Create(*(a0 + aRow));
            x1 = GemmLanes.Fma(s1, u, x1);
            y1 = GemmLanes.Fma(s1, v, y1);
            var s2 = Vector512.Create(*(a0 + two));
            x2 = GemmLanes.Fma(s2, u, x2);
            y2 = GemmLanes.Fma(s2, v, y2);
            var s3 = Vector512.Create(*a3);
            x3 = GemmLanes.Fma(s3, u, x3);
            y3 = GemmLanes.Fma(s3, v, y3);
            var s4 = Vector512.Create(*(a3 + aRow));
            x4 = GemmLanes.Fma(s4, u, x4);
            y4 = GemmLanes.Fma(s4, v, y4);
            var s5 = Vector512.Create(*(a3 + two));
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
        var mask = GemmLanes.First512<T, TColumns>(columns);
        int w = Vector512<T>.Count;
        Vector512<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default;
        Vector512<T> y0 = default, y1 = default, y2 = default, y3 = default, y4 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector512.Load(r);
            y0 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x1 = Vector512.Load(r);
            y1 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x2 = Vector512.Load(r);
            y2 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x3 = Vector512.Load(r);
            y3 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x4 = Vector512.Load(r);
            y4 = GemmLanes.Load<T, TColumns>(r + w, mask);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            GemmLanes.Fetch(b + ahead + w);
            var u = Vector512.Load(b);
            var v = GemmLanes.Load<T, TColumns>(b + w, mask);
            var s0 = Vector512.Create(*a0);
            x0 = GemmLanes.Fma(s0, u, x0);
            y0 = GemmLanes.Fma(s0, v, y0);
            var s1 = Vector512.Create(*(a0 + aRow));
            x1 = GemmLanes.Fma(s1, u, x1);
            y1 = GemmLanes.Fma(s1, v, y1);
            var s2 = Vector512.Create(*(a0 + two));
            x2 = GemmLanes.Fma(s2, u, x2);
            y2 = GemmLanes.Fma(s2, v, y2);
            var s3 = Vector512.Create(*a3);
            x3 = GemmLanes.Fma(s3, u, x3);
            y3 = GemmLanes.Fma(s3, v, y3);
            var s4 = Vector512.Create(*(a3 + aRow));
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
        var mask = GemmLanes.First512<T, TColumns>(columns);
        int w = Vector512<T>.Count;
        Vector512<T> x0 = default, x1 = default, x2 = default, x3 = default;
        Vector512<T> y0 = default, y1 = default, y2 = default, y3 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector512.Load(r);
            y0 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x1 = Vector512.Load(r);
            y1 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x2 = Vector512.Load(r);
            y2 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x3 = Vector512.Load(r);
            y3 = GemmLanes.Load<T, TColumns>(r + w, mask);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            GemmLanes.Fetch(b + ahead + w);
            var u = Vector512.Load(b);
            var v = GemmLanes.Load<T, TColumns>(b + w, mask);
            var s0 = Vector512.Create(*a0);
            x0 = GemmLanes.Fma(s0, u, x0);
            y0 = GemmLanes.Fma(s0, v, y0);
            var s1 = Vector512.Create(*(a0 + aRow));
            x1 = GemmLanes.Fma(s1, u, x1);
            y1 = GemmLanes.Fma(s1, v, y1);
            var s2 = Vector512.Create(*(a0 + two));
            x2 = GemmLanes.Fma(s2, u, x2);
            y2 = GemmLanes.Fma(s2, v, y2);
            var s3 = Vector512.Create(*a3);
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
        var mask = GemmLanes.First512<T, TColumns>(columns);
        int w = Vector512<T>.Count;
        Vector512<T> x0 = default, x1 = default, x2 = default;
        Vector512<T> y0 = default, y1 = default, y2 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector512.Load(r);
            y0 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x1 = Vector512.Load(r);
            y1 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x2 = Vector512.Load(r);
            y2 = GemmLanes.Load<T, TColumns>(r + w, mask);
        }

        T* a0 = a;
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            GemmLanes.Fetch(b + ahead + w);
            var u = Vector512.Load(b);
            var v = GemmLanes.Load<T, TColumns>(b + w, mask);
            var s0 = Vector512.Create(*a0);
            x0 = GemmLanes.Fma(s0, u, x0);
            y0 = GemmLanes.Fma(s0, v, y0);
            var s1 = Vector512.Create(*(a0 + aRow));
            x1 = GemmLanes.Fma(s1, u, x1);
            y1 = GemmLanes.Fma(s1, v, y1);
            var s2 = Vector512.Create(*(a0 + two));
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
        var mask = GemmLanes.First512<T, TColumns>(columns);
        int w = Vector512<T>.Count;
        Vector512<T> x0 = default, x1 = default;
        Vector512<T> y0 = default, y1 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector512.Load(r);
            y0 = GemmLanes.Load<T, TColumns>(r + w, mask);
            r += cRow;
            x1 = Vector512.Load(r);
            y1 = GemmLanes.Load<T, TColumns>(r + w, mask);
        }

        T* a0 = a;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            GemmLanes.Fetch(b + ahead + w);
            var u = Vector512.Load(b);
            var v = GemmLanes.Load<T, TColumns>(b + w, mask);
            var s0 = Vector512.Create(*a0);
            x0 = GemmLanes.Fma(s0, u, x0);
            y0 = GemmLanes.Fma(s0, v, y0);
            var s1 = Vector512.Create(*(a0 + aRow));
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
        var mask = GemmLanes.First512<T, TColumns>(columns);
        int w = Vector512<T>.Count;
        Vector512<T> x0 = default;
        Vector512<T> y0 = default;
        if (accumulate)
        {
            T* r = c;
            x0 = Vector512.Load(r);
            y0 = GemmLanes.Load<T, TColumns>(r + w, mask);
        }

        T* a0 = a;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            GemmLanes.Fetch(b + ahead + w);
            var u = Vector512.Load(b);
            var v = GemmLanes.Load<T, TColumns>(b + w, mask);
            var s0 = Vector512.Create(*a0);
            x0 = GemmLanes.Fma(s0, u, x0);
            y0 = GemmLanes.Fma(s0, v, y0);
            a0 += aStep;
            b += bRow;
        }

        x0.Store(c);
        GemmLanes.Store<T, TColumns>(y0, c + w, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim12<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First512<T, TColumns>(columns);
        Vector512<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default, x5 = default, x6 = default, x7 = default, x8 = default, x9 = default, x10 = default, x11 = default;
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
            r += cRow;
            x6 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x7 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x8 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x9 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x10 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x11 = GemmLanes.Load<T, TColumns>(r, mask);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        T* a6 = a + (6 * aRow);
        T* a9 = a + (9 * aRow);
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            var u = GemmLanes.Load<T, TColumns>(b, mask);
            x0 = GemmLanes.Fma(Vector512.Create(*a0), u, x0);
            x1 = GemmLanes.Fma(Vector512.Create(*(a0 + aRow)), u, x1);
            x2 = GemmLanes.Fma(Vector512.Create(*(a0 + two)), u, x2);
            x3 = GemmLanes.Fma(Vector512.Create(*a3), u, x3);
            x4 = GemmLanes.Fma(Vector512.Create(*(a3 + aRow)), u, x4);
            x5 = GemmLanes.Fma(Vector512.Create(*(a3 + two)), u, x5);
            x6 = GemmLanes.Fma(Vector512.Create(*a6), u, x6);
            x7 = GemmLanes.Fma(Vector512.Create(*(a6 + aRow)), u, x7);
            x8 = GemmLanes.Fma(Vector512.Create(*(a6 + two)), u, x8);
            x9 = GemmLanes.Fma(Vector512.Create(*a9), u, x9);
            x10 = GemmLanes.Fma(Vector512.Create(*(a9 + aRow)), u, x10);
            x11 = GemmLanes.Fma(Vector512.Create(*(a9 + two)), u, x11);
            a0 += aStep;
            a3 += aStep;
            a6 += aStep;
            a9 += aStep;
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
        c += cRow;
        GemmLanes.Store<T, TColumns>(x6, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x7, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x8, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x9, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x10, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x11, c, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim11<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First512<T, TColumns>(columns);
        Vector512<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default, x5 = default, x6 = default, x7 = default, x8 = default, x9 = default, x10 = default;
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
            r += cRow;
            x6 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x7 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x8 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x9 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x10 = GemmLanes.Load<T, TColumns>(r, mask);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        T* a6 = a + (6 * aRow);
        T* a9 = a + (9 * aRow);
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            var u = GemmLanes.Load<T, TColumns>(b, mask);
            x0 = GemmLanes.Fma(Vector512.Create(*a0), u, x0);
            x1 = GemmLanes.Fma(Vector512.Create(*(a0 + aRow)), u, x1);
            x2 = GemmLanes.Fma(Vector512.Create(*(a0 + two)), u, x2);
            x3 = GemmLanes.Fma(Vector512.Create(*a3), u, x3);
            x4 = GemmLanes.Fma(Vector512.Create(*(a3 + aRow)), u, x4);
            x5 = GemmLanes.Fma(Vector512.Create(*(a3 + two)), u, x5);
            x6 = GemmLanes.Fma(Vector512.Create(*a6), u, x6);
            x7 = GemmLanes.Fma(Vector512.Create(*(a6 + aRow)), u, x7);
            x8 = GemmLanes.Fma(Vector512.Create(*(a6 + two)), u, x8);
            x9 = GemmLanes.Fma(Vector512.Create(*a9), u, x9);
            x10 = GemmLanes.Fma(Vector512.Create(*(a9 + aRow)), u, x10);
            a0 += aStep;
            a3 += aStep;
            a6 += aStep;
            a9 += aStep;
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
        c += cRow;
        GemmLanes.Store<T, TColumns>(x6, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x7, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x8, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x9, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x10, c, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim10<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First512<T, TColumns>(columns);
        Vector512<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default, x5 = default, x6 = default, x7 = default, x8 = default, x9 = default;
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
            r += cRow;
            x6 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x7 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x8 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x9 = GemmLanes.Load<T, TColumns>(r, mask);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        T* a6 = a + (6 * aRow);
        T* a9 = a + (9 * aRow);
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            var u = GemmLanes.Load<T, TColumns>(b, mask);
            x0 = GemmLanes.Fma(Vector512.Create(*a0), u, x0);
            x1 = GemmLanes.Fma(Vector512.Create(*(a0 + aRow)), u, x1);
            x2 = GemmLanes.Fma(Vector512.Create(*(a0 + two)), u, x2);
            x3 = GemmLanes.Fma(Vector512.Create(*a3), u, x3);
            x4 = GemmLanes.Fma(Vector512.Create(*(a3 + aRow)), u, x4);
            x5 = GemmLanes.Fma(Vector512.Create(*(a3 + two)), u, x5);
            x6 = GemmLanes.Fma(Vector512.Create(*a6), u, x6);
            x7 = GemmLanes.Fma(Vector512.Create(*(a6 + aRow)), u, x7);
            x8 = GemmLanes.Fma(Vector512.Create(*(a6 + two)), u, x8);
            x9 = GemmLanes.Fma(Vector512.Create(*a9), u, x9);
            a0 += aStep;
            a3 += aStep;
            a6 += aStep;
            a9 += aStep;
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
        c += cRow;
        GemmLanes.Store<T, TColumns>(x6, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x7, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x8, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x9, c, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim9<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First512<T, TColumns>(columns);
        Vector512<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default, x5 = default, x6 = default, x7 = default, x8 = default;
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
            r += cRow;
            x6 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x7 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x8 = GemmLanes.Load<T, TColumns>(r, mask);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        T* a6 = a + (6 * aRow);
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            var u = GemmLanes.Load<T, TColumns>(b, mask);
            x0 = GemmLanes.Fma(Vector512.Create(*a0), u, x0);
            x1 = GemmLanes.Fma(Vector512.Create(*(a0 + aRow)), u, x1);
            x2 = GemmLanes.Fma(Vector512.Create(*(a0 + two)), u, x2);
            x3 = GemmLanes.Fma(Vector512.Create(*a3), u, x3);
            x4 = GemmLanes.Fma(Vector512.Create(*(a3 + aRow)), u, x4);
            x5 = GemmLanes.Fma(Vector512.Create(*(a3 + two)), u, x5);
            x6 = GemmLanes.Fma(Vector512.Create(*a6), u, x6);
            x7 = GemmLanes.Fma(Vector512.Create(*(a6 + aRow)), u, x7);
            x8 = GemmLanes.Fma(Vector512.Create(*(a6 + two)), u, x8);
            a0 += aStep;
            a3 += aStep;
            a6 += aStep;
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
        c += cRow;
        GemmLanes.Store<T, TColumns>(x6, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x7, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x8, c, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim8<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First512<T, TColumns>(columns);
        Vector512<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default, x5 = default, x6 = default, x7 = default;
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
            r += cRow;
            x6 = GemmLanes.Load<T, TColumns>(r, mask);
            r += cRow;
            x7 = GemmLanes.Load<T, TColumns>(r, mask);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        T* a6 = a + (6 * aRow);
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            var u = GemmLanes.Load<T, TColumns>(b, mask);
            x0 = GemmLanes.Fma(Vector512.Create(*a0), u, x0);
            x1 = GemmLanes.Fma(Vector512.Create(*(a0 + aRow)), u, x1);
            x2 = GemmLanes.Fma(Vector512.Create(*(a0 + two)), u, x2);
            x3 = GemmLanes.Fma(Vector512.Create(*a3), u, x3);
            x4 = GemmLanes.Fma(Vector512.Create(*(a3 + aRow)), u, x4);
            x5 = GemmLanes.Fma(Vector512.Create(*(a3 + two)), u, x5);
            x6 = GemmLanes.Fma(Vector512.Create(*a6), u, x6);
            x7 = GemmLanes.Fma(Vector512.Create(*(a6 + aRow)), u, x7);
            a0 += aStep;
            a3 += aStep;
            a6 += aStep;
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
        c += cRow;
        GemmLanes.Store<T, TColumns>(x6, c, mask);
        c += cRow;
        GemmLanes.Store<T, TColumns>(x7, c, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim7<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First512<T, TColumns>(columns);
        Vector512<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default, x5 = default, x6 = default;
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
            r += cRow;
            x6 = GemmLanes.Load<T, TColumns>(r, mask);
        }

        T* a0 = a;
        T* a3 = a + (3 * aRow);
        T* a6 = a + (6 * aRow);
        nint two = 2 * aRow;
        for (nint p = k; p > 0; p--)
        {
            GemmLanes.Fetch(b + ahead);
            var u = GemmLanes.Load<T, TColumns>(b, mask);
            x0 = GemmLanes.Fma(Vector512.Create(*a0), u, x0);
            x1 = GemmLanes.Fma(Vector512.Create(*(a0 + aRow)), u, x1);
            x2 = GemmLanes.Fma(Vector512.Create(*(a0 + two)), u, x2);
            x3 = GemmLanes.Fma(Vector512.Create(*a3), u, x3);
            x4 = GemmLanes.Fma(Vector512.Create(*(a3 + aRow)), u, x4);
            x5 = GemmLanes.Fma(Vector512.Create(*(a3 + two)), u, x5);
            x6 = GemmLanes.Fma(Vector512.Create(*a6), u, x6);
            a0 += aStep;
            a3 += aStep;
            a6 += aStep;
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
        c += cRow;
        GemmLanes.Store<T, TColumns>(x6, c, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slim6<T, TColumns>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, nint k, int columns, bool accumulate, nint ahead)
        where T : unmanaged
        where TColumns : struct, IColumns
    {
        var mask = GemmLanes.First512<T, TColumns>(columns);
        Vector512<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default, x5 = default;
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
            x0 = GemmLanes.Fma(Vector512.Create(*a0), u, x0);
            x1 = GemmLanes.Fma(Vector512.Create(*(a0 + aRow)), u, x1);
            x2 = GemmLanes.Fma(Vector512.Create(*(a0 + two)), u, x2);
            x3 = GemmLanes.Fma(Vector512.Create(*a3), u, x3);
            x4 = GemmLanes.Fma(Vector512.Create(*(a3 + aRow)), u, x4);
            x5 = GemmLanes.Fma(Vector512.Create(*(a3 + two)), u, x5);
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
        var mask = GemmLanes.First512<T, TColumns>(columns);
        Vector512<T> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default;
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
            x0 = GemmLanes.Fma(Vector512.Create(*a0), u, x0);
            x1 = GemmLanes.Fma(Vector512.Create(*(a0 + aRow)), u, x1);
            x2 = GemmLanes.Fma(Vector512.Create(*(a0 + two)), u, x2);
            x3 = GemmLanes.Fma(Vector512.Create(*a3), u, x3);
            x4 = GemmLanes.Fma(Vector512.Create(*(a3 + aRow)), u, x4);
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
        var mask = GemmLanes.First512<T, TColumns>(columns);
        Vector512<T> x0 = default, x1 = default, x2 = default, x3 = default;
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
            x0 = GemmLanes.Fma(Vector512.Create(*a0), u, x0);
            x1 = GemmLanes.Fma(Vector512.Create(*(a0 + aRow)), u, x1);
            x2 = GemmLanes.Fma(Vector512.Create(*(a0 + two)), u, x2);
            x3 = GemmLanes.Fma(Vector512.Create(*a3), u, x3);
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
        var mask = GemmLanes.First512<T, TColumns>(columns);
        Vector512<T> x0 = default, x1 = default, x2 = default;
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
            x0 = GemmLanes.Fma(Vector512.Create(*a0), u, x0);
            x1 = GemmLanes.Fma(Vector512.Create(*(a0 + aRow)), u, x1);
            x2 = GemmLanes.Fma(Vector512.Create(*(a0 + two)), u, x2);
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
        var mask = GemmLanes.First512<T, TColumns>(columns);
        Vector512<T> x0 = default, x1 = default;
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
            x0 = GemmLanes.Fma(Vector512.Create(*a0), u, x0);
            x1 = GemmLanes.Fma(Vector512.Create(*(a0 + aRow)), u, x1);
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
        var mask = GemmLanes.First512<T, TColumns>(columns);
        Vector512<T> x0 = default;
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
            x0 = GemmLanes.Fma(Vector512.Create(*a0), u, x0);
            a0 += aStep;
            b += bRow;
        }

        GemmLanes.Store<T, TColumns>(x0, c, mask);
    }
}

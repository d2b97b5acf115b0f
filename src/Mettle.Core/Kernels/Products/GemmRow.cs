using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mettle;

/// <summary>
/// One row times a matrix: the matrix streams by once and memory sets the pace. The same chain of fused multiply-adds per
/// element as every other path.
/// </summary>
internal static unsafe class GemmRow
{
    /// <summary>Rows of B^T that <see cref="ByRows"/> takes together.</summary>
    public const int Together = 32;

    /// <summary>y[n] = x[k] B[k, n], B's rows being adjacent elements.</summary>
    public static void ByColumns<T>(T* x, nint xStep, T* b, nint bRow, nint k, T* y, nint n)
        where T : unmanaged
    {
        nint p = 0;
        for (; p <= k - 8; p += 8)
        {
            EightRows(x, xStep, b, bRow, y, n, p > 0);
            x += 8 * xStep;
            b += 8 * bRow;
        }

        for (; p < k; p++)
        {
            OneRow(*x, b, y, n, p > 0);
            x += xStep;
            b += bRow;
        }
    }

    /// <summary>y[j] = x[k] B^T[j, k] for <see cref="Together"/> rows of B^T whose elements are adjacent; x is contiguous.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ByRows(float* x, float* b, nint bColumn, nint k, float* y)
    {
        Vector256<float> y0 = default, y1 = default, y2 = default, y3 = default;
        float* b1 = b + (8 * bColumn);
        float* b2 = b + (16 * bColumn);
        float* b3 = b + (24 * bColumn);
        nint p = 0;
        for (; p <= k - 16; p += 16)
        {
            y0 = Steps16(x + p, b + p, bColumn, y0);
            y1 = Steps16(x + p, b1 + p, bColumn, y1);
            y2 = Steps16(x + p, b2 + p, bColumn, y2);
            y3 = Steps16(x + p, b3 + p, bColumn, y3);
        }

        y0.Store(y);
        y1.Store(y + 8);
        y2.Store(y + 16);
        y3.Store(y + 24);
        for (; p < k; p++)
        {
            for (int j = 0; j < Together; j++)
            {
                y[j] = MathF.FusedMultiplyAdd(x[p], b[(j * bColumn) + p], y[j]);
            }
        }
    }

    // A cache line of each row: by the next one rows that lie a power of two apart have driven each other out.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Steps16(float* x, float* b, nint row, Vector256<float> sum)
    {
        sum = FourSteps(x, b, row, sum);
        sum = FourSteps(x + 4, b + 4, row, sum);
        sum = FourSteps(x + 8, b + 8, row, sum);
        return FourSteps(x + 12, b + 12, row, sum);
    }

    // Eight rows of four elements, turned so that each step has a vector of its own.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> FourSteps(float* x, float* b, nint row, Vector256<float> sum)
    {
        GemmPack.FourColumns(b, row, out var c0, out var c1, out var c2, out var c3);
        sum = GemmLanes.Fma(Vector256.Create(x[0]), c0, sum);
        sum = GemmLanes.Fma(Vector256.Create(x[1]), c1, sum);
        sum = GemmLanes.Fma(Vector256.Create(x[2]), c2, sum);
        return GemmLanes.Fma(Vector256.Create(x[3]), c3, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightRows<T>(T* x, nint xStep, T* b, nint bRow, T* y, nint n, bool accumulate)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        var x0 = Vector512.Create(*x);
        var x1 = Vector512.Create(*(x + xStep));
        var x2 = Vector512.Create(*(x + (2 * xStep)));
        var x3 = Vector512.Create(*(x + (3 * xStep)));
        var x4 = Vector512.Create(*(x + (4 * xStep)));
        var x5 = Vector512.Create(*(x + (5 * xStep)));
        var x6 = Vector512.Create(*(x + (6 * xStep)));
        var x7 = Vector512.Create(*(x + (7 * xStep)));
        T* b3 = b + (3 * bRow);
        T* b6 = b + (6 * bRow);
        nint two = 2 * bRow;
        nint j = 0;
        for (; j <= n - w; j += w)
        {
            var v = accumulate ? Vector512.Load(y + j) : Vector512<T>.Zero;
            v = GemmLanes.Fma(x0, Vector512.Load(b), v);
            v = GemmLanes.Fma(x1, Vector512.Load(b + bRow), v);
            v = GemmLanes.Fma(x2, Vector512.Load(b + two), v);
            v = GemmLanes.Fma(x3, Vector512.Load(b3), v);
            v = GemmLanes.Fma(x4, Vector512.Load(b3 + bRow), v);
            v = GemmLanes.Fma(x5, Vector512.Load(b3 + two), v);
            v = GemmLanes.Fma(x6, Vector512.Load(b6), v);
            v = GemmLanes.Fma(x7, Vector512.Load(b6 + bRow), v);
            v.Store(y + j);
            b += w;
            b3 += w;
            b6 += w;
        }

        for (int i = 0; j < n && i < 8; i++)
        {
            OneRow(*(x + (i * xStep)), b + (i * bRow), y + j, n - j, accumulate || i > 0);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneRow<T>(T x, T* b, T* y, nint n, bool accumulate)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        var xs = Vector512.Create(x);
        for (nint j = 0; j < n; j += w)
        {
            var v = accumulate ? Tail.Load(y + j, n - j) : Vector512<T>.Zero;
            Tail.Store(GemmLanes.Fma(xs, Tail.Load(b + j, n - j), v), y + j, n - j);
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// One row times a matrix in <see cref="Panels"/>, several panels at once: each chain of fused multiply-adds waits for itself,
/// so eight run side by side. The same chain per element as every other path.
/// </summary>
internal static unsafe class PanelRow
{
    /// <summary>Whether it is quicker than a tile of one row: with registers for the sums.</summary>
    public static bool Fits(int columns) => Vector512.IsHardwareAccelerated && columns > 0;

    /// <summary>
    /// c[columns] = or += a[k] B, a's elements <paramref name="aStep"/> apart; then plus <paramref name="bias"/> (or null), then
    /// rectified if asked.
    /// </summary>
    public static void Times<T>(T* a, nint aStep, T* panels, T* c, int columns, nint k, bool accumulate, T* bias, bool rectify)
        where T : unmanaged
    {
        nint nr = GemmTile.Columns<T>();
        nint j = 0;
        for (; j + (2 * nr) < columns; j += 4 * nr)
        {
            Four(a, aStep, panels + (j * k), Math.Min((nint)4, (columns - j + nr - 1) / nr) == 3, c + j, columns - j, k, accumulate, bias == null ? null : bias + j, rectify);
        }

        if (j < columns)
        {
            Two(a, aStep, panels + (j * k), columns - j <= nr, c + j, columns - j, k, accumulate, bias == null ? null : bias + j, rectify);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four<T>(T* a, nint aStep, T* b, bool three, T* c, nint columns, nint k, bool accumulate, T* bias, bool rectify)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        nint panel = 2 * w * k;
        T* b1 = b + panel;
        T* b2 = b1 + panel;

        // A panel that is not there is the one before it once more, and nothing of it is stored.
        T* b3 = three ? b2 : b2 + panel;
        Vector512<T> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        if (accumulate)
        {
            s0 = Tail.Load(c, columns);
            s1 = Tail.Load(c + w, columns - w);
            s2 = Tail.Load(c + (2 * w), columns - (2 * w));
            s3 = Tail.Load(c + (3 * w), columns - (3 * w));
            s4 = Tail.Load(c + (4 * w), columns - (4 * w));
            s5 = Tail.Load(c + (5 * w), columns - (5 * w));
            s6 = Tail.Load(c + (6 * w), columns - (6 * w));
            s7 = Tail.Load(c + (7 * w), columns - (7 * w));
        }

        for (nint p = 0; p < k; p++)
        {
            var x = Vector512.Create(*a);
            s0 = GemmLanes.Fma(x, Vector512.Load(b), s0);
            s1 = GemmLanes.Fma(x, Vector512.Load(b + w), s1);
            s2 = GemmLanes.Fma(x, Vector512.Load(b1), s2);
            s3 = GemmLanes.Fma(x, Vector512.Load(b1 + w), s3);
            s4 = GemmLanes.Fma(x, Vector512.Load(b2), s4);
            s5 = GemmLanes.Fma(x, Vector512.Load(b2 + w), s5);
            s6 = GemmLanes.Fma(x, Vector512.Load(b3), s6);
            s7 = GemmLanes.Fma(x, Vector512.Load(b3 + w), s7);
            a += aStep;
            b += 2 * w;
            b1 += 2 * w;
            b2 += 2 * w;
            b3 += 2 * w;
        }

        End(s0, c, columns, bias, rectify);
        End(s1, c + w, columns - w, bias == null ? null : bias + w, rectify);
        End(s2, c + (2 * w), columns - (2 * w), bias == null ? null : bias + (2 * w), rectify);
        End(s3, c + (3 * w), columns - (3 * w), bias == null ? null : bias + (3 * w), rectify);
        End(s4, c + (4 * w), columns - (4 * w), bias == null ? null : bias + (4 * w), rectify);
        End(s5, c + (5 * w), columns - (5 * w), bias == null ? null : bias + (5 * w), rectify);
        End(s6, c + (6 * w), columns - (6 * w), bias == null ? null : bias + (6 * w), rectify);
        End(s7, c + (7 * w), columns - (7 * w), bias == null ? null : bias + (7 * w), rectify);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two<T>(T* a, nint aStep, T* b, bool one, T* c, nint columns, nint k, bool accumulate, T* bias, bool rectify)
        where T : unmanaged
    {
        int w = Vector512<T>.Count;
        T* b1 = one ? b : b + (2 * w * k);
        Vector512<T> s0 = default, s1 = default, s2 = default, s3 = default;
        if (accumulate)
        {
            s0 = Tail.Load(c, columns);
            s1 = Tail.Load(c + w, columns - w);
            s2 = Tail.Load(c + (2 * w), columns - (2 * w));
            s3 = Tail.Load(c + (3 * w), columns - (3 * w));
        }

        for (nint p = 0; p < k; p++)
        {
            var x = Vector512.Create(*a);
            s0 = GemmLanes.Fma(x, Vector512.Load(b), s0);
            s1 = GemmLanes.Fma(x, Vector512.Load(b + w), s1);
            s2 = GemmLanes.Fma(x, Vector512.Load(b1), s2);
            s3 = GemmLanes.Fma(x, Vector512.Load(b1 + w), s3);
            a += aStep;
            b += 2 * w;
            b1 += 2 * w;
        }

        End(s0, c, columns, bias, rectify);
        End(s1, c + w, columns - w, bias == null ? null : bias + w, rectify);
        End(s2, c + (2 * w), columns - (2 * w), bias == null ? null : bias + (2 * w), rectify);
        End(s3, c + (3 * w), columns - (3 * w), bias == null ? null : bias + (3 * w), rectify);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void End<T>(Vector512<T> sum, T* c, nint columns, T* bias, bool rectify)
        where T : unmanaged
    {
        if (columns <= 0)
        {
            return;
        }

        sum = bias == null ? sum : sum + Tail.Load(bias, columns);
        sum = rectify ? Vector512.Max(sum, Vector512<T>.Zero) : sum;
        Tail.Store(sum, c, columns);
    }
}

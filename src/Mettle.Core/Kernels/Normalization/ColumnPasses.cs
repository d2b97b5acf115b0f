using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Passes down the columns of a block of rows, four vectors of columns at a time.</summary>
internal static unsafe class ColumnPasses
{
    /// <summary>
    /// Per column the mean and the sum of squared deviations from it. One pass: deviations are taken from the first row, so at
    /// most log2(rows) bits are lost however large the mean is, as the square of (first - mean) is at most rows times the variance.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Moments<T>(T* x, nint rows, nint width, T* mean, T* squares)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int w = Vector512<T>.Count;
        var n = Vector512.Create(T.CreateTruncating(rows));
        nint c = 0;
        for (; c <= width - (4 * w); c += 4 * w)
        {
            T* p = x + c;
            var (k0, k1) = (FiniteOrZero(Vector512.Load(p)), FiniteOrZero(Vector512.Load(p + w)));
            var (k2, k3) = (FiniteOrZero(Vector512.Load(p + (2 * w))), FiniteOrZero(Vector512.Load(p + (3 * w))));
            var (d0, d1, d2, d3) = (Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero);
            var (q0, q1, q2, q3) = (Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero);
            for (nint row = 0; row < rows; row++, p += width)
            {
                var e0 = Vector512.Load(p) - k0;
                var e1 = Vector512.Load(p + w) - k1;
                var e2 = Vector512.Load(p + (2 * w)) - k2;
                var e3 = Vector512.Load(p + (3 * w)) - k3;
                d0 += e0;
                d1 += e1;
                d2 += e2;
                d3 += e3;
                q0 = RowMath.Fma(e0, e0, q0);
                q1 = RowMath.Fma(e1, e1, q1);
                q2 = RowMath.Fma(e2, e2, q2);
                q3 = RowMath.Fma(e3, e3, q3);
            }

            (k0 + (d0 / n)).Store(mean + c);
            (k1 + (d1 / n)).Store(mean + c + w);
            (k2 + (d2 / n)).Store(mean + c + (2 * w));
            (k3 + (d3 / n)).Store(mean + c + (3 * w));
            Centred(q0, d0, n).Store(squares + c);
            Centred(q1, d1, n).Store(squares + c + w);
            Centred(q2, d2, n).Store(squares + c + (2 * w));
            Centred(q3, d3, n).Store(squares + c + (3 * w));
        }

        for (; c < width; c += w)
        {
            nint left = width - c;
            T* p = x + c;
            var k = FiniteOrZero(Tail.Load(p, left));
            var (d, q) = (Vector512<T>.Zero, Vector512<T>.Zero);
            for (nint row = 0; row < rows; row++, p += width)
            {
                var e = Tail.Load(p, left) - k;
                d += e;
                q = RowMath.Fma(e, e, q);
            }

            Tail.Store(k + (d / n), mean + c, left);
            Tail.Store(Centred(q, d, n), squares + c, left);
        }
    }

    /// <summary>y = (x - mean) scale + shift by column, then the end, which may add r; y may be x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normalise<T, TEnd>(T* x, T* r, T* y, nint rows, nint width, T* mean, T* scale, T* shift)
        where T : unmanaged
        where TEnd : struct, INormEnd
    {
        int w = Vector512<T>.Count;
        nint c = 0;
        for (; c <= width - (4 * w); c += 4 * w)
        {
            var (m0, m1, m2, m3) = (Vector512.Load(mean + c), Vector512.Load(mean + c + w), Vector512.Load(mean + c + (2 * w)), Vector512.Load(mean + c + (3 * w)));
            var (s0, s1, s2, s3) = (Vector512.Load(scale + c), Vector512.Load(scale + c + w), Vector512.Load(scale + c + (2 * w)), Vector512.Load(scale + c + (3 * w)));
            var (b0, b1, b2, b3) = (Vector512.Load(shift + c), Vector512.Load(shift + c + w), Vector512.Load(shift + c + (2 * w)), Vector512.Load(shift + c + (3 * w)));
            T* p = x + c;
            T* to = y + c;
            T* more = r + c;
            for (nint row = 0; row < rows; row++, p += width, to += width, more += width)
            {
                NormEnd.Apply<T, TEnd>(RowMath.Fma(Vector512.Load(p) - m0, s0, b0), If(TEnd.Adds, more)).Store(to);
                NormEnd.Apply<T, TEnd>(RowMath.Fma(Vector512.Load(p + w) - m1, s1, b1), If(TEnd.Adds, more + w)).Store(to + w);
                NormEnd.Apply<T, TEnd>(RowMath.Fma(Vector512.Load(p + (2 * w)) - m2, s2, b2), If(TEnd.Adds, more + (2 * w))).Store(to + (2 * w));
                NormEnd.Apply<T, TEnd>(RowMath.Fma(Vector512.Load(p + (3 * w)) - m3, s3, b3), If(TEnd.Adds, more + (3 * w))).Store(to + (3 * w));
            }
        }

        for (; c < width; c += w)
        {
            nint left = width - c;
            var (m, s, b) = (Tail.Load(mean + c, left), Tail.Load(scale + c, left), Tail.Load(shift + c, left));
            T* p = x + c;
            T* to = y + c;
            T* more = r + c;
            for (nint row = 0; row < rows; row++, p += width, to += width, more += width)
            {
                Tail.Store(NormEnd.Apply<T, TEnd>(RowMath.Fma(Tail.Load(p, left) - m, s, b), If(TEnd.Adds, more, left)), to, left);
            }
        }
    }

    /// <summary>Per column the sums of g and of g (x - mean).</summary>
    public static void Products<T>(T* x, T* g, nint rows, nint width, T* mean, T* sum, T* dot)
        where T : unmanaged
        => Products<T, NormEnd.None>(x, g, null, null, rows, width, mean, null, null, sum, dot);

    /// <summary>
    /// The same for g before the end: after a sum and a rectifier that is found from the result <paramref name="y"/> and
    /// written to <paramref name="to"/>; after a rectifier alone from scale and shift.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Products<T, TEnd>(T* x, T* g, T* y, T* to, nint rows, nint width, T* mean, T* scale, T* shift, T* sum, T* dot)
        where T : unmanaged
        where TEnd : struct, INormEnd
    {
        int w = Vector512<T>.Count;
        bool anew = TEnd.Rectifies && !TEnd.Adds, kept = TEnd.Rectifies && TEnd.Adds;
        nint c = 0;
        for (; c <= width - (4 * w); c += 4 * w)
        {
            var (m0, m1, m2, m3) = (Vector512.Load(mean + c), Vector512.Load(mean + c + w), Vector512.Load(mean + c + (2 * w)), Vector512.Load(mean + c + (3 * w)));
            var (f0, f1, f2, f3) = (If(anew, scale + c), If(anew, scale + c + w), If(anew, scale + c + (2 * w)), If(anew, scale + c + (3 * w)));
            var (b0, b1, b2, b3) = (If(anew, shift + c), If(anew, shift + c + w), If(anew, shift + c + (2 * w)), If(anew, shift + c + (3 * w)));
            var (s0, s1, s2, s3) = (Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero);
            var (d0, d1, d2, d3) = (Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero);
            nint at = c;
            for (nint row = 0; row < rows; row++, at += width)
            {
                var e0 = Vector512.Load(x + at) - m0;
                var e1 = Vector512.Load(x + at + w) - m1;
                var e2 = Vector512.Load(x + at + (2 * w)) - m2;
                var e3 = Vector512.Load(x + at + (3 * w)) - m3;
                var v0 = NormEnd.Gradient<T, TEnd>(Vector512.Load(g + at), e0, f0, b0, If(kept, y + at));
                var v1 = NormEnd.Gradient<T, TEnd>(Vector512.Load(g + at + w), e1, f1, b1, If(kept, y + at + w));
                var v2 = NormEnd.Gradient<T, TEnd>(Vector512.Load(g + at + (2 * w)), e2, f2, b2, If(kept, y + at + (2 * w)));
                var v3 = NormEnd.Gradient<T, TEnd>(Vector512.Load(g + at + (3 * w)), e3, f3, b3, If(kept, y + at + (3 * w)));
                if (kept)
                {
                    v0.Store(to + at);
                    v1.Store(to + at + w);
                    v2.Store(to + at + (2 * w));
                    v3.Store(to + at + (3 * w));
                }

                s0 += v0;
                s1 += v1;
                s2 += v2;
                s3 += v3;
                d0 = RowMath.Fma(v0, e0, d0);
                d1 = RowMath.Fma(v1, e1, d1);
                d2 = RowMath.Fma(v2, e2, d2);
                d3 = RowMath.Fma(v3, e3, d3);
            }

            s0.Store(sum + c);
            s1.Store(sum + c + w);
            s2.Store(sum + c + (2 * w));
            s3.Store(sum + c + (3 * w));
            d0.Store(dot + c);
            d1.Store(dot + c + w);
            d2.Store(dot + c + (2 * w));
            d3.Store(dot + c + (3 * w));
        }

        for (; c < width; c += w)
        {
            nint left = width - c;
            var m = Tail.Load(mean + c, left);
            var (f, b) = (If(anew, scale + c, left), If(anew, shift + c, left));
            var (s, d) = (Vector512<T>.Zero, Vector512<T>.Zero);
            nint at = c;
            for (nint row = 0; row < rows; row++, at += width)
            {
                var e = Tail.Load(x + at, left) - m;
                var v = NormEnd.Gradient<T, TEnd>(Tail.Load(g + at, left), e, f, b, If(kept, y + at, left));
                if (kept)
                {
                    Tail.Store(v, to + at, left);
                }

                s += v;
                d = RowMath.Fma(v, e, d);
            }

            Tail.Store(s, sum + c, left);
            Tail.Store(d, dot + c, left);
        }
    }

    /// <summary>dx = g scale + (x - mean) slope + shift by column.</summary>
    public static void Spread<T>(T* x, T* g, T* dx, nint rows, nint width, T* mean, T* scale, T* slope, T* shift)
        where T : unmanaged
        => Spread<T, NormEnd.None>(x, g, dx, rows, width, mean, scale, slope, shift, null);

    /// <summary>dx = g scale + (x - mean) slope + shift by column, for g before the end: none or a rectifier, found from scale and bias.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Spread<T, TEnd>(T* x, T* g, T* dx, nint rows, nint width, T* mean, T* scale, T* slope, T* shift, T* bias)
        where T : unmanaged
        where TEnd : struct, INormEnd
    {
        int w = Vector512<T>.Count;
        nint c = 0;
        for (; c <= width - (4 * w); c += 4 * w)
        {
            var (m0, m1, m2, m3) = (Vector512.Load(mean + c), Vector512.Load(mean + c + w), Vector512.Load(mean + c + (2 * w)), Vector512.Load(mean + c + (3 * w)));
            var (s0, s1, s2, s3) = (Vector512.Load(scale + c), Vector512.Load(scale + c + w), Vector512.Load(scale + c + (2 * w)), Vector512.Load(scale + c + (3 * w)));
            var (a0, a1, a2, a3) = (Vector512.Load(slope + c), Vector512.Load(slope + c + w), Vector512.Load(slope + c + (2 * w)), Vector512.Load(slope + c + (3 * w)));
            var (b0, b1, b2, b3) = (Vector512.Load(shift + c), Vector512.Load(shift + c + w), Vector512.Load(shift + c + (2 * w)), Vector512.Load(shift + c + (3 * w)));
            var (z0, z1, z2, z3) = (If(TEnd.Rectifies, bias + c), If(TEnd.Rectifies, bias + c + w), If(TEnd.Rectifies, bias + c + (2 * w)), If(TEnd.Rectifies, bias + c + (3 * w)));
            nint at = c;
            for (nint row = 0; row < rows; row++, at += width)
            {
                var e0 = Vector512.Load(x + at) - m0;
                var e1 = Vector512.Load(x + at + w) - m1;
                var e2 = Vector512.Load(x + at + (2 * w)) - m2;
                var e3 = Vector512.Load(x + at + (3 * w)) - m3;
                var v0 = NormEnd.Gradient<T, TEnd>(Vector512.Load(g + at), e0, s0, z0, default);
                var v1 = NormEnd.Gradient<T, TEnd>(Vector512.Load(g + at + w), e1, s1, z1, default);
                var v2 = NormEnd.Gradient<T, TEnd>(Vector512.Load(g + at + (2 * w)), e2, s2, z2, default);
                var v3 = NormEnd.Gradient<T, TEnd>(Vector512.Load(g + at + (3 * w)), e3, s3, z3, default);
                RowMath.Fma(v0, s0, RowMath.Fma(e0, a0, b0)).Store(dx + at);
                RowMath.Fma(v1, s1, RowMath.Fma(e1, a1, b1)).Store(dx + at + w);
                RowMath.Fma(v2, s2, RowMath.Fma(e2, a2, b2)).Store(dx + at + (2 * w));
                RowMath.Fma(v3, s3, RowMath.Fma(e3, a3, b3)).Store(dx + at + (3 * w));
            }
        }

        for (; c < width; c += w)
        {
            nint left = width - c;
            var (m, s, a, b) = (Tail.Load(mean + c, left), Tail.Load(scale + c, left), Tail.Load(slope + c, left), Tail.Load(shift + c, left));
            var z = If(TEnd.Rectifies, bias + c, left);
            nint at = c;
            for (nint row = 0; row < rows; row++, at += width)
            {
                var e = Tail.Load(x + at, left) - m;
                var v = NormEnd.Gradient<T, TEnd>(Tail.Load(g + at, left), e, s, z, default);
                Tail.Store(RowMath.Fma(v, s, RowMath.Fma(e, a, b)), dx + at, left);
            }
        }
    }

    /// <summary>0 in the lanes that hold an infinity or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> FiniteOrZero<T>(Vector512<T> v)
        => Vector512.ConditionalSelect(Vector512.Equals(v - v, Vector512<T>.Zero), v, Vector512<T>.Zero);

    /// <summary>0 in the lanes that rounding took below it; NaN stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> AtLeastZero<T>(Vector512<T> v)
        => Vector512.ConditionalSelect(Vector512.LessThan(v, Vector512<T>.Zero), Vector512<T>.Zero, v);

    // Only what the end needs is read.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> If<T>(bool needed, T* p)
        where T : unmanaged
        => needed ? Vector512.Load(p) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> If<T>(bool needed, T* p, nint left)
        where T : unmanaged
        => needed ? Tail.Load(p, left) : default;

    // Sum of squares about the mean from sum and sum of squares about a value near it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Centred<T>(Vector512<T> squares, Vector512<T> sum, Vector512<T> n) => RowMath.Fma(-sum, sum / n, squares);
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// float64 functions. The framework's own (Vector512.Exp and the like) are not used: their precompiled code has no fused
/// multiply-adds, the recompiled one has, so results changed while a process ran. Relative error below 3e-16 (exp, log)
/// and 5e-16 (sin, cos, atan).
/// </summary>
internal static partial class LaneMath
{
    /// <summary>Taylor series on |r| at most ln 2 / 2 after Cody and Waite's reduction; the remainder is below 4e-18.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Exp(Vector512<double> x)
    {
        // Beyond these the result is 0 or infinity anyway; NaN passes through Min and Max.
        x = Vector512.Min(Vector512.Max(x, Vector512.Create(-746.0)), Vector512.Create(710.0));
        var n = Vector512.Round(x * 1.4426950408889634);
        var r = Fma(n, Vector512.Create(-0.6931471803691238), x);
        r = Fma(n, Vector512.Create(-1.9082149292705877e-10), r);
        var p = Vector512.Create(1.0 / 6227020800);
        p = Fma(p, r, Vector512.Create(1.0 / 479001600));
        p = Fma(p, r, Vector512.Create(1.0 / 39916800));
        p = Fma(p, r, Vector512.Create(1.0 / 3628800));
        p = Fma(p, r, Vector512.Create(1.0 / 362880));
        p = Fma(p, r, Vector512.Create(1.0 / 40320));
        p = Fma(p, r, Vector512.Create(1.0 / 5040));
        p = Fma(p, r, Vector512.Create(1.0 / 720));
        p = Fma(p, r, Vector512.Create(1.0 / 120));
        p = Fma(p, r, Vector512.Create(1.0 / 24));
        p = Fma(p, r, Vector512.Create(1.0 / 6));
        p = Fma(p, r, Vector512.Create(0.5));
        p = Fma(p, r * r, r) + Vector512<double>.One;

        // 2^n in two factors, so that subnormal results and the last binade come out right.
        var k = WholeToInt64(n);
        var half = k >> 1;
        return p * PowerOfTwo(half) * PowerOfTwo(k - half);
    }

    /// <summary>
    /// x = 2^e m with m in [sqrt 1/2, sqrt 2); log m = 2 artanh s with s = (m - 1) / (m + 1) by its series, whose remainder
    /// is below 1e-18, arranged around m - 1 so that nothing cancels near 1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Log(Vector512<double> x)
    {
        var tiny = Vector512.LessThan(x, Vector512.Create(2.2250738585072014e-308));
        var scaled = Vector512.ConditionalSelect(tiny, x * 18014398509481984.0, x);
        var bits = scaled.AsInt64() - Vector512.Create(0x3FE6A09E667F3BCD);
        var e = WholeToDouble(bits >> 52) - Vector512.ConditionalSelect(tiny, Vector512.Create(54.0), Vector512<double>.Zero);
        var m = ((bits & Vector512.Create(0x000FFFFFFFFFFFFF)) + Vector512.Create(0x3FE6A09E667F3BCD)).AsDouble();
        var f = m - Vector512<double>.One;
        var s = f / (f + Vector512.Create(2.0));
        var z = s * s;
        var p = Vector512.Create(2.0 / 23);
        p = Fma(p, z, Vector512.Create(2.0 / 21));
        p = Fma(p, z, Vector512.Create(2.0 / 19));
        p = Fma(p, z, Vector512.Create(2.0 / 17));
        p = Fma(p, z, Vector512.Create(2.0 / 15));
        p = Fma(p, z, Vector512.Create(2.0 / 13));
        p = Fma(p, z, Vector512.Create(2.0 / 11));
        p = Fma(p, z, Vector512.Create(2.0 / 9));
        p = Fma(p, z, Vector512.Create(2.0 / 7));
        p = Fma(p, z, Vector512.Create(2.0 / 5));
        p = Fma(p, z, Vector512.Create(2.0 / 3));

        // log m = f - (f^2/2 - s (f^2/2 + z p)), and e ln 2 in two parts.
        var q = f * f * 0.5;
        var low = Fma(s, Fma(p, z, q), e * 1.9082149292705877e-10);
        var r = Fma(e, Vector512.Create(0.6931471803691238), f - (q - low));
        r = Vector512.ConditionalSelect(Vector512.Equals(x, Vector512<double>.Zero), Vector512.Create(double.NegativeInfinity), r);
        var bad = Vector512.LessThan(x, Vector512<double>.Zero) | ~Vector512.Equals(x, x);
        r = Vector512.ConditionalSelect(bad, Vector512.Create(double.NaN), r);
        return Vector512.ConditionalSelect(Vector512.Equals(x, Vector512.Create(double.PositiveInfinity)), x, r);
    }

    /// <summary>Sine: Taylor series on a quarter turn.</summary>
    public static Vector512<double> Sin(Vector512<double> x)
    {
        var r = QuarterTurns(x, out var turns);
        // -0 is its own sine; the reduction would lose its sign.
        return Vector512.ConditionalSelect(Vector512.Equals(x, Vector512<double>.Zero), x, Circular(r, turns));
    }

    /// <summary>Cosine: the sine a quarter turn on.</summary>
    public static Vector512<double> Cos(Vector512<double> x)
    {
        var r = QuarterTurns(x, out var turns);
        return Circular(r, turns + Vector512<long>.One);
    }

    /// <summary>
    /// Inverse tangent: |x| beyond tan(3 pi/8) by its reciprocal's complement, beyond tan(pi/8) by the angle between it and
    /// 1, then the Taylor series, whose remainder on |r| at most tan(pi/8) is below 1e-18.
    /// </summary>
    public static Vector512<double> Atan(Vector512<double> x)
    {
        const double Quarter = 0.7853981633974483, QuarterRest = 3.061616997868383e-17;
        var a = Vector512.Abs(x);
        var far = Vector512.GreaterThan(a, Vector512.Create(2.414213562373095));
        var middle = Vector512.GreaterThan(a, Vector512.Create(0.4142135623730950)) & ~far;
        var one = Vector512<double>.One;
        var r = Vector512.ConditionalSelect(far, -one / a, Vector512.ConditionalSelect(middle, (a - one) / (a + one), a));
        var quarters = Vector512.ConditionalSelect(far, Vector512.Create(2.0), middle & one);
        var z = r * r;
        var p = Vector512.Create(1.0 / 45);
        for (int n = 43; n >= 3; n -= 2)
        {
            p = Fma(-p, z, Vector512.Create(1.0 / n));
        }

        var y = Fma(quarters, Vector512.Create(Quarter), r + Fma(-p * z, r, quarters * QuarterRest));
        return Vector512.CopySign(y, x);
    }

    // sin(r + turns pi/2) for |r| at most pi/4; the remainders of the series are below 1e-19.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Circular(Vector512<double> r, Vector512<long> turns)
    {
        var z = r * r;
        var s = Vector512.Create(1.0 / 355687428096000);
        s = Fma(s, z, Vector512.Create(-1.0 / 1307674368000));
        s = Fma(s, z, Vector512.Create(1.0 / 6227020800));
        s = Fma(s, z, Vector512.Create(-1.0 / 39916800));
        s = Fma(s, z, Vector512.Create(1.0 / 362880));
        s = Fma(s, z, Vector512.Create(-1.0 / 5040));
        s = Fma(s, z, Vector512.Create(1.0 / 120));
        s = Fma(s, z, Vector512.Create(-1.0 / 6));
        var sine = Fma(s * z, r, r);
        var c = Vector512.Create(-1.0 / 6402373705728000);
        c = Fma(c, z, Vector512.Create(1.0 / 20922789888000));
        c = Fma(c, z, Vector512.Create(-1.0 / 87178291200));
        c = Fma(c, z, Vector512.Create(1.0 / 479001600));
        c = Fma(c, z, Vector512.Create(-1.0 / 3628800));
        c = Fma(c, z, Vector512.Create(1.0 / 40320));
        c = Fma(c, z, Vector512.Create(-1.0 / 720));
        c = Fma(c, z, Vector512.Create(1.0 / 24));
        c = Fma(c, z, Vector512.Create(-0.5));
        var cosine = Fma(c, z, Vector512<double>.One);
        var odd = Vector512.Equals(turns & Vector512<long>.One, Vector512<long>.One).AsDouble();
        var y = Vector512.ConditionalSelect(odd, cosine, sine);
        var sign = (turns & Vector512.Create(2L)) << 62;
        return (y.AsInt64() ^ sign).AsDouble();
    }

    // x = r + turns pi/2. pi/2 in three parts leaves r accurate to its last bit up to 2^20; larger ones go lane by lane.
    private static Vector512<double> QuarterTurns(Vector512<double> x, out Vector512<long> turns)
    {
        const double Limit = 1 << 20;
        var large = ~Vector512.LessThanOrEqual(Vector512.Abs(x), Vector512.Create(Limit));
        var small = Vector512.ConditionalSelect(large, Vector512<double>.Zero, x);
        var n = Vector512.Round(small * 0.6366197723675814);
        var r = Fma(n, Vector512.Create(-1.5707963267948966), small);
        r = Fma(n, Vector512.Create(-6.123233995736766e-17), r);
        r = Fma(n, Vector512.Create(1.4973849048591698e-33), r);
        turns = WholeToInt64(n);
        if (large.AsInt64() != Vector512<long>.Zero)
        {
            for (int i = 0; i < Vector512<double>.Count; i++)
            {
                if (!(Math.Abs(x[i]) <= Limit))
                {
                    r = r.WithElement(i, LargeAngle.Reduce(x[i], out long t));
                    turns = turns.WithElement(i, t);
                }
            }
        }

        return r;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Fma(Vector512<double> a, Vector512<double> b, Vector512<double> c) => Vector512.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> PowerOfTwo(Vector512<long> n) => ((n + Vector512.Create(1023L)) << 52).AsDouble();

    // Whole numbers below 2^51 by way of the mantissa of 1.5 2^52: the same on every instruction set, without AVX-512's conversions.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<long> WholeToInt64(Vector512<double> n)
        => (n + Vector512.Create(6755399441055744.0)).AsInt64() - Vector512.Create(6755399441055744.0).AsInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> WholeToDouble(Vector512<long> n)
        => (n + Vector512.Create(6755399441055744.0).AsInt64()).AsDouble() - Vector512.Create(6755399441055744.0);
}

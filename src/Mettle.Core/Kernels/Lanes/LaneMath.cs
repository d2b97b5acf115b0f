using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Elementary functions on vectors of lanes with explicit fused multiply-adds, so that AVX-512, AVX2 and NEON give the same
/// bits. f32 logarithm after Moshier's Cephes library (netlib, logf); relative error below 2e-7 where nothing else is stated.
/// </summary>
internal static partial class LaneMath
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Fma(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Vector512.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Log(Vector512<float> x)
        => Vector512.LessThanAll(x.AsUInt32() - Vector512.Create(0x00800000u), Vector512.Create(0x7F000000u)) ? LogNormal(x) : LogAny(x);

    // Subnormals, 0, infinity, NaN and negative numbers are rare enough to cost a call.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector512<float> LogAny(Vector512<float> x)
    {
        var tiny = Vector512.LessThan(x, Vector512.Create(1.17549435e-38f));
        var r = LogNormal(Vector512.ConditionalSelect(tiny, x * 8388608f, x), Vector512.ConditionalSelect(tiny, Vector512.Create(23f), Vector512<float>.Zero));
        r = Vector512.ConditionalSelect(Vector512.Equals(x, Vector512<float>.Zero), Vector512.Create(float.NegativeInfinity), r);
        var bad = Vector512.LessThan(x, Vector512<float>.Zero) | ~Vector512.Equals(x, x);
        r = Vector512.ConditionalSelect(bad, Vector512.Create(float.NaN), r);
        return Vector512.ConditionalSelect(Vector512.Equals(x, Vector512.Create(float.PositiveInfinity)), x, r);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> LogNormal(Vector512<float> x) => LogNormal(x, Vector512<float>.Zero);

    // log x - binades log 2 of positive normal x.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> LogNormal(Vector512<float> x, Vector512<float> binades)
    {
        var bits = x.AsInt32() - Vector512.Create(0x3F3504F3);
        var e = Vector512.ConvertToSingle(bits >> 23) - binades;
        var m = ((bits & Vector512.Create(0x007FFFFF)) + Vector512.Create(0x3F3504F3)).AsSingle();
        var f = m - Vector512<float>.One;
        var z = f * f;
        var p = Vector512.Create(7.0376836292e-2f);
        p = Fma(p, f, Vector512.Create(-1.1514610310e-1f));
        p = Fma(p, f, Vector512.Create(1.1676998740e-1f));
        p = Fma(p, f, Vector512.Create(-1.2420140846e-1f));
        p = Fma(p, f, Vector512.Create(1.4249322787e-1f));
        p = Fma(p, f, Vector512.Create(-1.6668057665e-1f));
        p = Fma(p, f, Vector512.Create(2.0000714765e-1f));
        p = Fma(p, f, Vector512.Create(-2.4999993993e-1f));
        p = Fma(p, f, Vector512.Create(3.3333331174e-1f));
        var y = p * f * z;
        y = Fma(e, Vector512.Create(-2.12194440e-4f), y);
        y = Fma(z, Vector512.Create(-0.5f), y);
        return Fma(e, Vector512.Create(0.693359375f), f + y);
    }

    /// <summary>Logistic function, by the exponential of -|x|: it never overflows, so the left tail keeps its accuracy; relative error below 2.2e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sigmoid(Vector512<float> x)
    {
        var e = ExpBelow89(x | Vector512.Create(-0f));
        var left = Vector512.LessThan(x, Vector512<float>.Zero);
        return Vector512.ConditionalSelect(left, e, Vector512<float>.One) / (Vector512<float>.One + e);
    }

    /// <summary>Logistic function, by the exponential of -|x|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Sigmoid(Vector512<double> x)
    {
        var e = Exp(-Vector512.Abs(x));
        var left = Vector512.LessThan(x, Vector512<double>.Zero);
        return Vector512.ConditionalSelect(left, e, Vector512<double>.One) / (Vector512<double>.One + e);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Tanh(Vector512<double> x)
    {
        // tanh a = t / (t + 2) with t = e^2a - 1; Kahan's correction keeps t exact to a few ulps for small a.
        var a = Vector512.Min(Vector512.Abs(x), Vector512.Create(20.0));
        var u = Exp(a + a);
        var d = u - Vector512<double>.One;
        var corrected = Vector512.ConditionalSelect(
            Vector512.Equals(u, Vector512<double>.One), a + a, d * (a + a) / Log(u));
        var t = Vector512.ConditionalSelect(Vector512.LessThan(a, Vector512<double>.One), corrected, d);
        return Vector512.CopySign(t / (t + Vector512.Create(2.0)), x);
    }

    /// <summary>Error function: Taylor series inside |x| &lt; 1, Abramowitz and Stegun 7.1.26 outside; absolute error 2e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Erf(Vector512<float> x)
    {
        var a = Vector512.Abs(x);
        var z = x * x;
        var s = Vector512.Create(-1.3484211e-8f);
        s = Fma(s, z, Vector512.Create(1.6365844e-7f));
        s = Fma(s, z, Vector512.Create(-1.6462114e-6f));
        s = Fma(s, z, Vector512.Create(1.4925651e-5f));
        s = Fma(s, z, Vector512.Create(-1.2055333e-4f));
        s = Fma(s, z, Vector512.Create(8.5483270e-4f));
        s = Fma(s, z, Vector512.Create(-5.2239776e-3f));
        s = Fma(s, z, Vector512.Create(2.6866171e-2f));
        s = Fma(s, z, Vector512.Create(-1.1283792e-1f));
        s = Fma(s, z, Vector512.Create(3.7612639e-1f));
        var near = Fma(-s * z, x, x * 1.1283792f);

        var t = Vector512<float>.One / Fma(Vector512.Create(0.3275911f), a, Vector512<float>.One);
        var p = Vector512.Create(1.061405429f);
        p = Fma(p, t, Vector512.Create(-1.453152027f));
        p = Fma(p, t, Vector512.Create(1.421413741f));
        p = Fma(p, t, Vector512.Create(-0.284496736f));
        p = Fma(p, t, Vector512.Create(0.254829592f));
        var far = Fma(-(p * t), ExpBelow89(-z), Vector512<float>.One);
        return Vector512.CopySign(Vector512.ConditionalSelect(Vector512.LessThan(a, Vector512<float>.One), near, far), x);
    }

    /// <summary>
    /// Standard normal distribution function by its upper tail Q(a) = exp(-p(a)), a = |x|: p - a^2 / 2 is a polynomial fitted
    /// to -log Q(a) - a^2 / 2 on [0, 6] for least greatest error. Relative error below 5e-7 for x >= -1, 2e-6 for
    /// x >= -3, 8e-6 for x >= -6; absolute error below 1e-13 beyond, where the result falls to 0 somewhat early.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> NormalCdf(Vector512<float> x)
    {
        // From 12.5 on the tail is 0 in f32.
        var a = Vector512.MinNative(Vector512.Create(12.5f), Vector512.Abs(x));
        var a2 = a * a;
        var a4 = a2 * a2;
        var low = Fma(Vector512.Create(-0.7978880926f), a, Vector512.Create(-0.693147112f));
        low = Fma(Fma(Vector512.Create(-3.64309071e-2f), a, Vector512.Create(-0.3182801415f)), a2, low);
        var high = Fma(Vector512.Create(-9.47375787e-5f), a, Vector512.Create(4.933146382e-3f));
        high = Fma(Fma(Vector512.Create(4.016831568e-5f), a, Vector512.Create(-1.489455376e-4f)), a2, high);
        var top = Fma(Vector512.Create(3.963813487e-7f), a, Vector512.Create(-5.435513886e-6f));
        top = Fma(Vector512.Create(-1.234080217e-8f), a2, top);
        var tail = ExpWithin(Fma(top, a4 * a4, Fma(high, a4, low)));
        return Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512<float>.Zero), Vector512<float>.One - tail, tail);
    }

    /// <summary>Error function in float64: the all-positive series 7.1.6 of Abramowitz and Stegun, lane by lane.</summary>
    public static Vector512<double> Erf(Vector512<double> x)
    {
        for (int i = 0; i < Vector512<double>.Count; i++)
        {
            x = x.WithElement(i, Erf(x.GetElement(i)));
        }

        return x;
    }

    /// <summary>Sine by way of float64 lanes.</summary>
    public static Vector512<float> Sin(Vector512<float> x)
        => Vector512.Narrow(Sin(Vector512.WidenLower(x)), Sin(Vector512.WidenUpper(x)));

    /// <summary>Cosine by way of float64 lanes.</summary>
    public static Vector512<float> Cos(Vector512<float> x)
        => Vector512.Narrow(Cos(Vector512.WidenLower(x)), Cos(Vector512.WidenUpper(x)));

    /// <summary>Inverse tangent by way of float64 lanes.</summary>
    public static Vector512<float> Atan(Vector512<float> x)
        => Vector512.Narrow(Atan(Vector512.WidenLower(x)), Atan(Vector512.WidenUpper(x)));

    /// <summary>x^y by way of float64 lanes.</summary>
    public static Vector512<float> Pow(Vector512<float> x, Vector512<float> y)
        => Vector512.Narrow(
            Pow(Vector512.WidenLower(x), Vector512.WidenLower(y)),
            Pow(Vector512.WidenUpper(x), Vector512.WidenUpper(y)));

    /// <summary>
    /// x^y as exp(y log |x|), with IEEE pow's rules for zeros, infinities and negative bases. The relative error is that of
    /// the product y log |x|, so it grows with the logarithm of the result: below 2e-13.
    /// </summary>
    public static Vector512<double> Pow(Vector512<double> x, Vector512<double> y)
    {
        var a = Vector512.Abs(x);
        var r = Exp(y * Log(a));
        var isInteger = Vector512.Equals(Vector512.Floor(y), y);
        var half = y * 0.5;
        var isOdd = isInteger & ~Vector512.Equals(Vector512.Floor(half), half);
        var hasSign = Vector512.LessThan(x.AsInt64(), Vector512<long>.Zero).AsDouble();
        r = Vector512.ConditionalSelect(hasSign & isOdd, -r, r);
        var isReal = Vector512.GreaterThanOrEqual(x, Vector512<double>.Zero) | isInteger | Vector512.Equals(x, Vector512.Create(double.NegativeInfinity));
        r = Vector512.ConditionalSelect(isReal, r, Vector512.Create(double.NaN));
        var one = Vector512.Equals(y, Vector512<double>.Zero) | Vector512.Equals(x, Vector512<double>.One)
            | (Vector512.Equals(a, Vector512<double>.One) & Vector512.Equals(Vector512.Abs(y), Vector512.Create(double.PositiveInfinity)));
        return Vector512.ConditionalSelect(one, Vector512<double>.One, r);
    }

    /// <summary>Combines lanes of 4 or 8 bytes in one fixed order: upper half onto lower half until one is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Fold<T, TLanes>(Vector512<T> v)
        where T : unmanaged
        where TLanes : struct, IBinaryLanes<T>
    {
        // Lanes above the half that is left hold what they held: nobody reads them.
        v = TLanes.Apply(v, v.GetUpper().ToVector512Unsafe());
        v = TLanes.Apply(v, v.GetLower().GetUpper().ToVector256Unsafe().ToVector512Unsafe());
        v = TLanes.Apply(v, Vector128.Shuffle(v.GetLower().GetLower().AsUInt64(), Vector128.Create(1UL, 1UL)).As<ulong, T>().ToVector256Unsafe().ToVector512Unsafe());
        if (Unsafe.SizeOf<T>() == 4)
        {
            v = TLanes.Apply(v, Vector128.Shuffle(v.GetLower().GetLower().AsUInt32(), Vector128.Create(1U, 1, 1, 1)).As<uint, T>().ToVector256Unsafe().ToVector512Unsafe());
        }

        return v.ToScalar();
    }

    private static double Erf(double x)
    {
        double a = Math.Abs(x);
        if (!(a < 6))
        {
            return double.IsNaN(x) ? x : Math.CopySign(1, x);
        }

        double term = a, sum = a;
        for (int n = 1; term > sum * 1e-17; n++)
        {
            term *= 2 * a * a / ((2 * n) + 1);
            sum += term;
        }

        return Math.CopySign(sum * 2 / Math.Sqrt(Math.PI) * Exp(Vector512.Create(-a * a)).ToScalar(), x);
    }
}

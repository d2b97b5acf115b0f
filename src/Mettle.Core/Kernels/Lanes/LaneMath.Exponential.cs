using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mettle;

/// <summary>
/// Exponentials of f32 by a table of 2^(j/16) that fits one register: x = n ln 2 + r with n a multiple of 1/16, so that
/// |r| is at most ln 2 / 32 and a cubic is exact to 2e-9 (Tang, "Table-driven implementation of the exponential function",
/// ACM TOMS 15(2), 1989; coefficients fitted for least greatest error).
/// </summary>
internal static partial class LaneMath
{
    // Adding it leaves a multiple of 1/16 in the low bits: four bits of fraction, then the whole part.
    private const float Sixteenths = 786432f;
    private const float Ln2 = 0.69314718f;
    private const float Ln2Rest = -1.904654323e-9f;

    /// <summary>Relative error below 1.1e-7; a result under the normal range is rounded once more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x) => ExpBelow89(Vector512.MinNative(Vector512.Create(89f), x));

    /// <summary>exp(x) of x up to 89, with the error of <see cref="Exp(Vector512{float})"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ExpBelow89(Vector512<float> x) => ExpWithin(NotBelowLeast(x));

    /// <summary>
    /// exp(x) of a difference that is at most a rounding error above 0: results below 1.25e-38 are 0, NaN stays NaN. An
    /// argument is taken for one up to a twentieth of its last place away, far less than the rounding of the difference:
    /// relative error below 1.1e-7 + 2.8e-9 |x|.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ExpOfDifference(Vector512<float> x)
    {
        var t = Fma(x, Vector512.Create(1.44269504f), Vector512.Create(Sixteenths));
        var r = Fma(t - Vector512.Create(Sixteenths), Vector512.Create(-Ln2), x);

        // The whole part goes to the exponent, the four bits of the fraction, which would follow it, are off the table's entries.
        var power = (RootLessIndex(t.AsInt32()) + (t.AsInt32() << 19)).AsSingle();
        var p = Fma(Curve(r), r * r, r);
        return Vector512.ConditionalSelect(
            Vector512.LessThan(x, Vector512.Create(-87.3f)), Vector512<float>.Zero, Fma(power, p, power));
    }

    /// <summary>Hyperbolic tangent d / (d + 2) with d = e^2|x| - 1; relative error below 2.3e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Tanh(Vector512<float> x)
    {
        // From 9.1 on the result is 1. The remainder is that of 2|x|; the rest of ln 2 is lost in the flat part.
        var a = Vector512.MinNative(Vector512.Create(10f), Vector512.Abs(x));
        var t = Fma(a, Vector512.Create(2.88539008f), Vector512.Create(Sixteenths));
        var n = t - Vector512.Create(Sixteenths);
        var r = Fma(n, Vector512.Create(-Ln2), a + a);
        var z = r * r;
        var q = Fma(z, Vector512.Create(0.041667588f), Fma(r, Vector512.Create(0.1666699f), Vector512.Create(0.5f)));
        var p = Fma(q, z, r);

        // e^2a - 1 = s p + (s - 1) with s = 2^whole 2^(j/16); s - 1 from the table's own fractions, so that nothing cancels.
        var whole = ((t.AsInt32() << 19) & Vector512.Create(unchecked((int)0xFF800000))) + Vector512.Create(0x3F800000);
        var power = whole.AsSingle();
        var fraction = FractionOfRoot(t.AsInt32());
        var d = Fma(Fma(power, fraction, power), p, Fma(power, fraction, power - Vector512<float>.One));
        return Vector512.CopySign(d / (d + Vector512.Create(2f)), x);
    }

    // exp(x) of x in [-150, 89].
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ExpWithin(Vector512<float> x)
    {
        var t = Fma(x, Vector512.Create(1.44269504f), Vector512.Create(Sixteenths));
        var n = t - Vector512.Create(Sixteenths);
        return Raised(t, n, Fma(n, Vector512.Create(-Ln2Rest), Fma(n, Vector512.Create(-Ln2), x)));
    }

    // Below -104 exp is 0, as above 89 it is infinity. The bound stands first because the native forms give the second operand
    // where one is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> NotBelowLeast(Vector512<float> x) => Vector512.MaxNative(Vector512.Create(-104f), x);

    // 2^n e^r; the low bits of t are n in sixteenths.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Raised(Vector512<float> t, Vector512<float> n, Vector512<float> r)
    {
        var p = Fma(Curve(r), r * r, r);
        var root = Root(t.AsInt32());
        if (Avx512F.IsSupported)
        {
            // Scales by 2 to the whole part of n.
            return Avx512F.Scale(Fma(root, p, root), n);
        }

        // 2^n in two factors: the first is exact and the second rounds once, so the bits are those of one scaling, in
        // subnormal results and the last binade too.
        var whole = (t.AsInt32() - Vector512.Create(Sixteenths).AsInt32()) >> 4;
        var half = whole >> 1;
        root = (root.AsInt32() + ((whole - half) << 23)).AsSingle();
        return Fma(root, p, root) * ((half + Vector512.Create(127)) << 23).AsSingle();
    }

    // (e^r - 1 - r) / r^2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Curve(Vector512<float> r)
        => Fma(r, Vector512.Create(0.16667058f), Vector512.Create(0.5000162f));

    // 2^(j/16) for the low four bits j of each lane.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Root(Vector512<int> index)
        => Entry(
            index,
            Vector512.Create(
                1f, 1.0442737f, 1.0905077f, 1.1387886f, 1.1892071f, 1.2418578f, 1.2968396f, 1.3542556f,
                1.4142135f, 1.4768262f, 1.5422108f, 1.6104903f, 1.6817929f, 1.7562522f, 1.8340081f, 1.9152066f));

    // The bits of 2^(j/16) less j 2^19.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> RootLessIndex(Vector512<int> index)
        => Entry(
            index,
            Vector512.Create(
                0x3F800000, 0x3F7DAAC3, 0x3F7B95C2, 0x3F79C3D3, 0x3F7837F0, 0x3F76F532, 0x3F75FED7, 0x3F75583F,
                0x3F7504F3, 0x3F7508A4, 0x3F75672A, 0x3F76248C, 0x3F7744FD, 0x3F78CCDF, 0x3F7AC0C7, 0x3F7D257D).AsSingle()).AsInt32();

    // 2^(j/16) - 1, rounded by itself.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> FractionOfRoot(Vector512<int> index)
        => Entry(
            index,
            Vector512.Create(
                0f, 0.044273783f, 0.09050773f, 0.13878864f, 0.18920712f, 0.24185781f, 0.29683957f, 0.35425556f,
                0.41421357f, 0.47682613f, 0.5422108f, 0.6104903f, 0.68179286f, 0.75625217f, 0.8340081f, 0.91520655f));

    // The entry of a table that the low four bits of each lane name.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Entry(Vector512<int> index, Vector512<float> table)
    {
        if (Avx512F.IsSupported)
        {
            return Avx512F.PermuteVar16x32(table, index);
        }

        return Avx2.IsSupported
            ? Vector512.Create(Entry(index.GetLower(), table), Entry(index.GetUpper(), table))
            : EachEntry(index, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Entry(Vector256<int> index, Vector512<float> table)
        => Avx.BlendVariable(
            Avx2.PermuteVar8x32(table.GetLower(), index),
            Avx2.PermuteVar8x32(table.GetUpper(), index),
            (index << 28).AsSingle());

    private static Vector512<float> EachEntry(Vector512<int> index, Vector512<float> table)
    {
        var found = Vector512<float>.Zero;
        for (int i = 0; i < Vector512<float>.Count; i++)
        {
            found = found.WithElement(i, table.GetElement(index.GetElement(i) & 15));
        }

        return found;
    }
}

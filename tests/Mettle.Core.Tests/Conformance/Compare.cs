using System.Globalization;

namespace Mettle.Core.Tests.Conformance;

/// <summary>Comparisons that say where two arrays first differ.</summary>
internal static class Compare
{
    /// <summary>
    /// Elementwise ops: relative to each element. Others: relative to the largest magnitude in the result, since sums cancel.
    /// Integers and bools: equal.
    /// </summary>
    public static void Close(NdArray expected, NdArray actual, double tolerance, bool perElement, string what)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(expected.Type, actual.Type);
        if (!expected.Type.IsFloat())
        {
            tolerance = 0;
        }

        double largest = 0;
        foreach (double x in expected.Values)
        {
            largest = double.IsFinite(x) ? Math.Max(largest, Math.Abs(x)) : largest;
        }

        for (int i = 0; i < expected.Values.Length; i++)
        {
            double e = expected.Values[i], a = actual.Values[i];
            double allowed = tolerance * (perElement ? Math.Abs(e) : largest);
            if (!(e.Equals(a) || Math.Abs(e - a) <= allowed))
            {
                Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"{what}: element {i} is {a:R}, should be {e:R} (off by {Math.Abs(e - a):G3}, allowed {allowed:G3})"));
            }
        }
    }

    /// <summary>Equal bits.</summary>
    public static void SameBits(Tensor expected, Tensor actual, string what)
    {
        Assert.Equal(expected.Spec, actual.Spec);
        byte[] e = expected.ToBytes(), a = actual.ToBytes();
        int at = e.AsSpan().CommonPrefixLength(a);
        if (at < e.Length)
        {
            int i = at / expected.DType.Size();
            Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"{what}: the bits of element {i} differ: {NdArray.Of(actual).Values[i]:R}, should be {NdArray.Of(expected).Values[i]:R}"));
        }
    }
}

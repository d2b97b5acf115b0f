namespace Mettle.Onnx.Tests;

/// <summary>The small floats' codes against the formats' definitions: sign, exponent and mantissa, and their special codes.</summary>
public sealed class TinyFloatTests
{
    public static TheoryData<ElementType> Formats =>
        [ElementType.F8E4M3FN, ElementType.F8E4M3FNUZ, ElementType.F8E5M2, ElementType.F8E5M2FNUZ, ElementType.F4E2M1];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Decode_EveryCode_IsWhatTheFormatDefines(ElementType type)
    {
        for (int code = 0; code < Codes(type); code++)
        {
            Assert.Equal(Defined(type, code), TinyFloat.Decode((byte)code, type));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Encode_EveryValue_GivesItsCodeBack(ElementType type)
    {
        for (int code = 0; code < Codes(type); code++)
        {
            if (!double.IsNaN(Defined(type, code)) && !double.IsInfinity(Defined(type, code)))
            {
                Assert.Equal(code, TinyFloat.Encode((float)Defined(type, code), type));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Encode_AnyValue_IsTheNearestWithTiesToEven(ElementType type)
    {
        int[] finite = [.. Enumerable.Range(0, Codes(type) / 2).Where(c => double.IsFinite(Defined(type, c)))];
        double largest = Defined(type, finite[^1]);
        var key = RandomKey.FromSeed(3).For("tiny");
        var values = Enumerable.Range(0, 4000).Select(i => (float)(largest * Math.Pow(2, -20 * key.Uniform((uint)i))))
            .Concat(finite.Zip(finite.Skip(1), (a, b) => (float)((Defined(type, a) + Defined(type, b)) / 2)));
        foreach (float x in values)
        {
            int nearest = finite.MinBy(c => (Math.Abs(Defined(type, c) - x), c % 2));
            Assert.Equal(nearest, TinyFloat.Encode(x, type));
            bool signless = nearest == 0 && type is ElementType.F8E4M3FNUZ or ElementType.F8E5M2FNUZ;
            Assert.Equal(signless ? 0 : nearest + (Codes(type) / 2), TinyFloat.Encode(-x, type));
        }
    }

    [Theory]
    [InlineData(ElementType.F8E4M3FN, 464f, 0x7E, 0x7E)]
    [InlineData(ElementType.F8E4M3FN, 465f, 0x7E, 0x7F)]
    [InlineData(ElementType.F8E4M3FN, float.PositiveInfinity, 0x7E, 0x7F)]
    [InlineData(ElementType.F8E4M3FN, -1000f, 0xFE, 0xFF)]
    [InlineData(ElementType.F8E4M3FN, float.NaN, 0x7F, 0x7F)]
    [InlineData(ElementType.F8E4M3FNUZ, 1000f, 0x7F, 0x80)]
    [InlineData(ElementType.F8E4M3FNUZ, float.NegativeInfinity, 0xFF, 0x80)]
    [InlineData(ElementType.F8E5M2, 61439f, 0x7B, 0x7B)]
    [InlineData(ElementType.F8E5M2, 61440f, 0x7B, 0x7C)]
    [InlineData(ElementType.F8E5M2, float.NegativeInfinity, 0xFB, 0xFC)]
    [InlineData(ElementType.F8E5M2FNUZ, 70000f, 0x7F, 0x80)]
    [InlineData(ElementType.F8E5M2FNUZ, float.NaN, 0x80, 0x80)]
    [InlineData(ElementType.F4E2M1, 100f, 0x7, 0x7)]
    [InlineData(ElementType.F4E2M1, float.NegativeInfinity, 0xF, 0xF)]
    public void Encode_BeyondTheLargest_SaturatesOrNot(ElementType type, float x, byte saturated, byte other)
    {
        byte kept = TinyFloat.Encode(x, type), lost = TinyFloat.Encode(x, type, saturate: false);
        Assert.Equal(saturated, float.IsNaN(x) ? (byte)(kept & (type == ElementType.F8E4M3FN ? 0x7F : 0xFF)) : kept);
        Assert.Equal(other, float.IsNaN(x) ? (byte)(lost & (type == ElementType.F8E4M3FN ? 0x7F : 0xFF)) : lost);
    }

    [Theory]
    [InlineData(1f, 127, 127, 127)]
    [InlineData(1.25f, 128, 127, 127)]
    [InlineData(1.5f, 128, 127, 128)]
    [InlineData(3f, 129, 128, 129)]
    [InlineData(0.7f, 127, 126, 126)]
    [InlineData(0f, 0, 0, 0)]
    [InlineData(-1f, 255, 255, 255)]
    [InlineData(float.NaN, 255, 255, 255)]
    public void Encode_PowersOfTwo_RoundAsAsked(float x, byte up, byte down, byte nearest)
    {
        Assert.Equal(up, TinyFloat.Encode(x, ElementType.F8E8M0));
        Assert.Equal(down, TinyFloat.Encode(x, ElementType.F8E8M0, rounding: Rounding.Down));
        Assert.Equal(nearest, TinyFloat.Encode(x, ElementType.F8E8M0, rounding: Rounding.Nearest));
    }

    [Fact]
    public void Decode_EveryPowerOfTwo_IsTwoToTheCodeLessTheBias()
    {
        for (int code = 0; code < 255; code++)
        {
            Assert.Equal(Math.Pow(2, code - 127), TinyFloat.Decode((byte)code, ElementType.F8E8M0));
        }

        Assert.Equal(float.NaN, TinyFloat.Decode(255, ElementType.F8E8M0));
    }

    private static int Codes(ElementType type) => type == ElementType.F4E2M1 ? 16 : 256;

    private static double Defined(ElementType type, int code)
    {
        (int mantissa, int bias) = type switch
        {
            ElementType.F8E4M3FN => (3, 7),
            ElementType.F8E4M3FNUZ => (3, 8),
            ElementType.F8E5M2 => (2, 15),
            ElementType.F8E5M2FNUZ => (2, 16),
            _ => (1, 1),
        };
        int half = Codes(type) / 2, rest = code % half;
        if (code == half && type is ElementType.F8E4M3FNUZ or ElementType.F8E5M2FNUZ)
        {
            return double.NaN;
        }

        if (type == ElementType.F8E4M3FN && rest == 0x7F)
        {
            return double.NaN;
        }

        double sign = code < half ? 1 : -1;
        if (type == ElementType.F8E5M2 && rest >= 0x7C)
        {
            return rest == 0x7C ? sign * double.PositiveInfinity : double.NaN;
        }

        int exponent = rest >> mantissa;
        double fraction = (rest & ((1 << mantissa) - 1)) / Math.Pow(2, mantissa);
        return sign * (exponent == 0 ? fraction * Math.Pow(2, 1 - bias) : (1 + fraction) * Math.Pow(2, exponent - bias));
    }
}

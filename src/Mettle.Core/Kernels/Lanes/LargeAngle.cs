namespace Mettle;

/// <summary>
/// Reduction of large angles by pi/2 in whole-number arithmetic. Payne and Hanek, "Radian reduction for trigonometric
/// functions", SIGNUM Newsletter 18 (1983).
/// </summary>
internal static class LargeAngle
{
    private const double TwoToMinus128 = 2.9387358770557188e-39;

    // The first 1344 bits of 2/pi after the point: 971 for the largest exponent, 53 for the factor, and more for cancellation.
    private static ReadOnlySpan<ulong> TwoOverPi =>
    [
        0xA2F9836E4E441529, 0xFC2757D1F534DDC0, 0xDB6295993C439041, 0xFE5163ABDEBBC561, 0xB7246E3A424DD2E0, 0x06492EEA09D1921C,
        0xFE1DEB1CB129A73E, 0xE88235F52EBB4484, 0xE99C7026B45F7E41, 0x3991D639835339F4, 0x9C845F8BBDF9283B, 0x1FF897FFDE05980F,
        0xEF2F118B5A0A6D1F, 0x6D367ECF27CB09B7, 0x4F463F669E5FEA2D, 0x7527BAC7EBE5F17B, 0x3D0739F78A5292EA, 0x6BFB5FB11F8D5D08,
        0x56033046FC7B6BAB, 0xF0CFBC209AF4361D, 0xA9E391615EE61B08,
    ];

    /// <summary>The remainder in [-pi/4, pi/4] and how often pi/2 was taken off, modulo 4; NaN for infinities and NaN.</summary>
    public static double Reduce(double x, out long turns)
    {
        turns = 0;
        if (!double.IsFinite(x))
        {
            return double.NaN;
        }

        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)((bits >> 52) & 0x7FF) - 1075;
        ulong mantissa = ((ulong)bits & 0xFFFFFFFFFFFFF) | 0x10000000000000;

        // Bits of 2/pi that give whole multiples of 4 can be left out: 192 from there on are kept.
        int first = Math.Max(0, exponent - 2);
        UInt128 upper = Bits(first), lower = (UInt128)mantissa * (ulong)(Bits(first + 128) >> 64);
        UInt128 middle = ((UInt128)mantissa * (ulong)upper) + (ulong)(lower >> 64);
        UInt128 high = ((UInt128)mantissa * (ulong)(upper >> 64)) + (ulong)(middle >> 64);
        UInt128 low = ((UInt128)(ulong)middle << 64) | (ulong)lower;

        // high and low hold the number of quarter turns as a fixed-point number of 256 bits with its point below bit `point`.
        int point = 192 - (exponent - first);
        int quadrants = (int)(ulong)((high >> (point - 128)) & 3);
        UInt128 fraction = (high << (256 - point)) | (low >> (point - 128));

        // The nearest whole number is taken off, so the fraction may turn negative.
        bool above = fraction >> 127 != 0;
        double r = (double)(above ? UInt128.Zero - fraction : fraction) * TwoToMinus128 * 1.5707963267948966;
        quadrants += above ? 1 : 0;
        turns = (x < 0 ? -quadrants : quadrants) & 3;
        return above != x < 0 ? -r : r;
    }

    private static UInt128 Bits(int from)
    {
        int word = from / 64, shift = from % 64;
        ulong w0 = TwoOverPi[word], w1 = TwoOverPi[word + 1], w2 = TwoOverPi[word + 2];
        UInt128 pair = ((UInt128)w0 << 64) | w1;
        return shift == 0 ? pair : (pair << shift) | (w2 >> (64 - shift));
    }
}

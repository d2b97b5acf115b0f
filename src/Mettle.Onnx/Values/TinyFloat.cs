namespace Mettle.Onnx;

/// <summary>
/// Conversion of the 8- and 4-bit floats (Micikevicius et al. 2022 for E4M3FN and E5M2; OCP MX for E2M1 and E8M0), by search in
/// the table of their values: nearest, ties to the even code. E2M1 has no NaN: it becomes -0, as in ONNX's recordings.
/// </summary>
internal static class TinyFloat
{
    private static readonly Dictionary<ElementType, Format> Formats = new()
    {
        [ElementType.F8E4M3FN] = new(4, 3, 7, Special.NanAtTop),
        [ElementType.F8E4M3FNUZ] = new(4, 3, 8, Special.NanAtMinusZero),
        [ElementType.F8E5M2] = new(5, 2, 15, Special.Ieee),
        [ElementType.F8E5M2FNUZ] = new(5, 2, 16, Special.NanAtMinusZero),
        [ElementType.F4E2M1] = new(2, 1, 1, Special.None),
    };

    private enum Special
    {
        None,
        Ieee,
        NanAtTop,
        NanAtMinusZero,
    }

    /// <summary>The value of a code.</summary>
    public static float Decode(byte code, ElementType type)
        => type == ElementType.F8E8M0 ? (code == 255 ? float.NaN : MathF.ScaleB(1, code - 127)) : Formats[type].Values[code];

    /// <summary>
    /// The code nearest to a value. Beyond the largest: that one where <paramref name="saturate"/>, else infinity or NaN, whichever there is.
    /// <paramref name="rounding"/> is for E8M0 only.
    /// </summary>
    public static byte Encode(float x, ElementType type, bool saturate = true, Rounding rounding = Rounding.Up)
        => type == ElementType.F8E8M0 ? EncodeScale(x, saturate, rounding) : Formats[type].Encode(x, saturate);

    // From binary32's exponent; there is no sign.
    private static byte EncodeScale(float x, bool saturate, Rounding rounding)
    {
        if (float.IsNaN(x) || x < 0)
        {
            return 255;
        }

        if (float.IsInfinity(x))
        {
            return saturate ? (byte)254 : (byte)255;
        }

        if (x == 0)
        {
            return 0;
        }

        int exponent = MathF.ILogB(x);
        float above = x / MathF.ScaleB(1, exponent);
        bool up = rounding == Rounding.Up ? above > 1 : rounding == Rounding.Nearest && above >= 1.5f;
        int code = exponent + 127 + (up ? 1 : 0);
        return (byte)Math.Clamp(code, 0, saturate ? 254 : 255);
    }

    private sealed class Format
    {
        private readonly int bits;
        private readonly Special special;

        // Finite magnitudes by ascending code.
        private readonly float[] magnitudes;

        public Format(int exponentBits, int mantissaBits, int bias, Special special)
        {
            this.special = special;
            bits = 1 + exponentBits + mantissaBits;
            int half = 1 << (bits - 1);
            Values = new float[2 * half];
            for (int code = 0; code < half; code++)
            {
                int e = code >> mantissaBits, m = code & ((1 << mantissaBits) - 1);
                float value = e == 0
                    ? MathF.ScaleB(m, 1 - bias - mantissaBits)
                    : MathF.ScaleB((1 << mantissaBits) + m, e - bias - mantissaBits);
                bool top = e == (1 << exponentBits) - 1;
                if (special == Special.Ieee && top)
                {
                    value = m == 0 ? float.PositiveInfinity : float.NaN;
                }
                else if (special == Special.NanAtTop && code == half - 1)
                {
                    value = float.NaN;
                }

                Values[code] = value;
                Values[code + half] = -value;
            }

            if (special == Special.NanAtMinusZero)
            {
                Values[half] = float.NaN;
            }

            magnitudes = [.. Values.Take(half).TakeWhile(float.IsFinite)];
        }

        public float[] Values { get; }

        public byte Encode(float x, bool saturate)
        {
            int half = 1 << (bits - 1);
            int nan = special == Special.NanAtMinusZero ? half : half - 1;
            int sign = float.IsNegative(x) ? half : 0;
            if (float.IsNaN(x))
            {
                return (byte)(special == Special.None ? half : special == Special.NanAtMinusZero ? nan : nan | sign);
            }

            float magnitude = MathF.Abs(x);
            int last = magnitudes.Length - 1;
            int code = Nearest(magnitude);
            float step = magnitudes[last] - magnitudes[last - 1];
            bool over = float.IsInfinity(magnitude) || magnitude > magnitudes[last] + (step / 2)
                || (magnitude == magnitudes[last] + (step / 2) && (last & 1) == 1);
            if (over && !saturate && special != Special.None)
            {
                return (byte)(special == Special.Ieee ? (last + 1) | sign : special == Special.NanAtTop ? nan | sign : nan);
            }

            return (byte)(code == 0 && special == Special.NanAtMinusZero ? 0 : code | sign);
        }

        private int Nearest(float magnitude)
        {
            int at = Array.BinarySearch(magnitudes, magnitude);
            if (at >= 0)
            {
                return at;
            }

            int above = ~at;
            if (above == magnitudes.Length)
            {
                return above - 1;
            }

            float down = magnitude - magnitudes[above - 1], up = magnitudes[above] - magnitude;
            return down < up || (down == up && (above & 1) == 1) ? above - 1 : above;
        }
    }
}

namespace Mettle.Onnx;

/// <summary>Conversions between element types, by ONNX's rules.</summary>
internal static class Convert
{
    /// <summary>
    /// A tensor stored as <paramref name="type"/> is. Integers wrap around; floats become integers by truncation, and values beyond the
    /// range of the small floats saturate. <paramref name="rounding"/> is for the powers of two.
    /// </summary>
    public static Tensor To(Tensor x, ElementType type, bool saturate = true, Rounding rounding = Rounding.Up)
    {
        if (type.IsTiny())
        {
            return Tiny(x.To(DType.F32), type, saturate, rounding);
        }

        return type switch
        {
            ElementType.U4 => Nibble(x, 15, 0),
            ElementType.I4 => Nibble(x, 15, 8),
            _ => x.To(type.Storage()),
        };
    }

    // Rounded to the values of the format, and held as f32.
    private static Tensor Tiny(Tensor x, ElementType type, bool saturate, Rounding rounding)
        => Tensor.From(Array.ConvertAll(x.Detach().ToArray<float>(), v => TinyFloat.Decode(TinyFloat.Encode(v, type, saturate, rounding), type)), x.Shape);

    // The low four bits; with a sign bit of 8 they are signed.
    private static Tensor Nibble(Tensor x, int mask, int sign)
    {
        int[] values = x.To(DType.I32).ToArray<int>();
        return sign == 0
            ? Tensor.From(Array.ConvertAll(values, v => (byte)(v & mask)), x.Shape)
            : Tensor.From(Array.ConvertAll(values, v => (sbyte)(((v & mask) ^ sign) - sign)), x.Shape);
    }
}

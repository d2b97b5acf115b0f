namespace Mettle.Onnx;

/// <summary>Element types of ONNX tensors, by the numbers of the format.</summary>
public enum ElementType
{
    /// <summary>Not said.</summary>
    None = 0,

    /// <summary>binary32.</summary>
    F32 = 1,

    /// <summary>8-bit unsigned.</summary>
    U8 = 2,

    /// <summary>8-bit signed.</summary>
    I8 = 3,

    /// <summary>16-bit unsigned.</summary>
    U16 = 4,

    /// <summary>16-bit signed.</summary>
    I16 = 5,

    /// <summary>32-bit signed.</summary>
    I32 = 6,

    /// <summary>64-bit signed.</summary>
    I64 = 7,

    /// <summary>UTF-8 strings.</summary>
    Text = 8,

    /// <summary>0 or 1.</summary>
    Bool = 9,

    /// <summary>binary16.</summary>
    F16 = 10,

    /// <summary>binary64.</summary>
    F64 = 11,

    /// <summary>32-bit unsigned.</summary>
    U32 = 12,

    /// <summary>64-bit unsigned.</summary>
    U64 = 13,

    /// <summary>Two binary32: real and imaginary part.</summary>
    C64 = 14,

    /// <summary>Two binary64: real and imaginary part.</summary>
    C128 = 15,

    /// <summary>Upper half of a binary32.</summary>
    BF16 = 16,

    /// <summary>4 bits of exponent, 3 of mantissa, no infinities.</summary>
    F8E4M3FN = 17,

    /// <summary>As <see cref="F8E4M3FN"/> with a bias of 8 and no negative zero.</summary>
    F8E4M3FNUZ = 18,

    /// <summary>5 bits of exponent, 2 of mantissa.</summary>
    F8E5M2 = 19,

    /// <summary>As <see cref="F8E5M2"/> with a bias of 16, no infinities and no negative zero.</summary>
    F8E5M2FNUZ = 20,

    /// <summary>4-bit unsigned.</summary>
    U4 = 21,

    /// <summary>4-bit signed.</summary>
    I4 = 22,

    /// <summary>2 bits of exponent, 1 of mantissa.</summary>
    F4E2M1 = 23,

    /// <summary>A power of two.</summary>
    F8E8M0 = 24,
}

/// <summary>Facts about each <see cref="ElementType"/>.</summary>
public static class ElementTypes
{
    /// <summary>
    /// How tensors of the type are kept: 4-bit integers as 8-bit ones, 8- and 4-bit floats as the f32 of the same value. Strings and
    /// complex numbers have no tensor; <see cref="NotSupportedException"/>.
    /// </summary>
    public static DType Storage(this ElementType type) => type switch
    {
        ElementType.F32 or ElementType.F8E4M3FN or ElementType.F8E4M3FNUZ or ElementType.F8E5M2 or ElementType.F8E5M2FNUZ
            or ElementType.F4E2M1 or ElementType.F8E8M0 => DType.F32,
        ElementType.U8 or ElementType.U4 => DType.U8,
        ElementType.I8 or ElementType.I4 => DType.I8,
        ElementType.U16 => DType.U16,
        ElementType.I16 => DType.I16,
        ElementType.I32 => DType.I32,
        ElementType.I64 => DType.I64,
        ElementType.Bool => DType.Bool,
        ElementType.F16 => DType.F16,
        ElementType.F64 => DType.F64,
        ElementType.U32 => DType.U32,
        ElementType.U64 => DType.U64,
        ElementType.BF16 => DType.BF16,
        _ => throw new NotSupportedException($"Tensors of {type} are not supported."),
    };

    /// <summary>The type in which arithmetic on <paramref name="type"/> is done: f32, f64, i32, i64 or bool.</summary>
    public static DType Computing(this ElementType type) => type.Storage() switch
    {
        DType.F16 or DType.BF16 => DType.F32,
        DType.U8 or DType.I8 or DType.U16 or DType.I16 => DType.I32,
        DType.U32 or DType.U64 => DType.I64,
        var own => own,
    };

    /// <summary>Whether there are tensors of it: not of strings, complex numbers or of a type that is not said.</summary>
    public static bool IsNumber(this ElementType type)
        => type is not (ElementType.None or ElementType.Text or ElementType.C64 or ElementType.C128);

    /// <summary>Whether values are fractions.</summary>
    public static bool IsFloat(this ElementType type)
        => type is ElementType.F32 or ElementType.F64 or ElementType.F16 or ElementType.BF16 || type.IsTiny();

    /// <summary>Whether it is one of the 8- and 4-bit floats.</summary>
    public static bool IsTiny(this ElementType type)
        => type is (>= ElementType.F8E4M3FN and <= ElementType.F8E5M2FNUZ) or ElementType.F4E2M1 or ElementType.F8E8M0;

    /// <summary>The type of a plain tensor.</summary>
    public static ElementType Of(DType type) => type switch
    {
        DType.F32 => ElementType.F32,
        DType.F64 => ElementType.F64,
        DType.I32 => ElementType.I32,
        DType.I64 => ElementType.I64,
        DType.Bool => ElementType.Bool,
        DType.F16 => ElementType.F16,
        DType.BF16 => ElementType.BF16,
        DType.U8 => ElementType.U8,
        DType.I8 => ElementType.I8,
        DType.U16 => ElementType.U16,
        DType.I16 => ElementType.I16,
        DType.U32 => ElementType.U32,
        _ => ElementType.U64,
    };
}

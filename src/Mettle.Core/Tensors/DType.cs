namespace Mettle;

/// <summary>
/// Element type of a <see cref="Tensor"/>. Arithmetic runs in <see cref="F32"/>, <see cref="F64"/>, <see cref="I32"/>,
/// <see cref="I64"/> and <see cref="Bool"/>; the others only store and are converted by <see cref="Tensor.To"/>.
/// </summary>
public enum DType
{
    /// <summary>IEEE binary32.</summary>
    F32,

    /// <summary>IEEE binary64.</summary>
    F64,

    /// <summary>32-bit signed integer.</summary>
    I32,

    /// <summary>64-bit signed integer: indices and labels.</summary>
    I64,

    /// <summary>One byte, 0 or 1.</summary>
    Bool,

    /// <summary>IEEE binary16, storage only.</summary>
    F16,

    /// <summary>bfloat16 (upper half of a binary32), storage only.</summary>
    BF16,

    /// <summary>8-bit unsigned integer, storage only.</summary>
    U8,

    /// <summary>8-bit signed integer, storage only.</summary>
    I8,

    /// <summary>16-bit unsigned integer, storage only.</summary>
    U16,

    /// <summary>16-bit signed integer, storage only.</summary>
    I16,

    /// <summary>32-bit unsigned integer, storage only.</summary>
    U32,

    /// <summary>64-bit unsigned integer, storage only.</summary>
    U64,
}

/// <summary>Facts about each <see cref="DType"/>.</summary>
public static class DTypes
{
    /// <summary>Bytes per element.</summary>
    public static int Size(this DType type) => type switch
    {
        DType.F64 or DType.I64 or DType.U64 => 8,
        DType.F32 or DType.I32 or DType.U32 => 4,
        DType.F16 or DType.BF16 or DType.U16 or DType.I16 => 2,
        _ => 1,
    };

    /// <summary>Whether gradients flow through this type.</summary>
    public static bool IsFloat(this DType type) => type is DType.F32 or DType.F64;

    /// <summary>Whether kernels compute in this type.</summary>
    public static bool IsComputing(this DType type) => type <= DType.Bool;

    /// <summary>Short name as used in messages and safetensors headers, e.g. "f32".</summary>
    public static string Label(this DType type) => type.ToString().ToLowerInvariant();

    /// <summary>The dtype that stores <typeparamref name="T"/>; throws <see cref="NotSupportedException"/> for others.</summary>
    public static DType Of<T>()
        where T : unmanaged
        => default(T) switch
        {
            float => DType.F32,
            double => DType.F64,
            int => DType.I32,
            long => DType.I64,
            bool => DType.Bool,
            Half => DType.F16,
            byte => DType.U8,
            sbyte => DType.I8,
            ushort => DType.U16,
            short => DType.I16,
            uint => DType.U32,
            ulong => DType.U64,
            _ => throw new NotSupportedException($"{typeof(T).Name} is not a tensor element type."),
        };
}

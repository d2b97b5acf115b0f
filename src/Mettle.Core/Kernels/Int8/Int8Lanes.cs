using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mettle;

/// <summary>Between sixteen bytes in memory and lanes of i32 or f32.</summary>
internal static unsafe class Int8Lanes
{
    /// <summary>Sixteen u8 as i32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Widen(byte* p)
    {
        if (Avx512F.IsSupported)
        {
            return Avx512F.ConvertToVector512Int32(Vector128.Load(p));
        }

        var words = Vector256.Create(Vector128.WidenLower(Vector128.Load(p)), Vector128.WidenUpper(Vector128.Load(p)));
        return Vector512.Create(Vector256.WidenLower(words), Vector256.WidenUpper(words)).AsInt32();
    }

    /// <summary>Sixteen i8 as i32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Widen(sbyte* p)
    {
        if (Avx512F.IsSupported)
        {
            return Avx512F.ConvertToVector512Int32(Vector128.Load(p));
        }

        var words = Vector256.Create(Vector128.WidenLower(Vector128.Load(p)), Vector128.WidenUpper(Vector128.Load(p)));
        return Vector512.Create(Vector256.WidenLower(words), Vector256.WidenUpper(words));
    }

    /// <summary>Products of a in [0, 255] and b in [-255, 255]: 16 bits each, and the upper halves of a are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Product(Vector512<int> a, Vector512<int> b)
        => Avx512BW.IsSupported ? Avx512BW.MultiplyAddAdjacent(a.AsInt16(), b.AsInt16()) : a * b;

    /// <summary>The low bytes of sixteen i32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Narrow(Vector512<int> v)
    {
        if (Avx512F.IsSupported)
        {
            return Avx512F.ConvertToVector128Byte(v);
        }

        var words = Vector256.Narrow(v.GetLower(), v.GetUpper()).AsUInt16() & Vector256.Create((ushort)255);
        return Vector128.Narrow(words.GetLower(), words.GetUpper());
    }

    /// <summary>Nearest integers, halves to even, of numbers that fit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Nearest(Vector512<float> v)
        => Avx512F.IsSupported ? Avx512F.ConvertToVector512Int32(v)
        : Avx.IsSupported ? Vector512.Create(Avx.ConvertToVector256Int32(v.GetLower()), Avx.ConvertToVector256Int32(v.GetUpper()))
        : Vector512.ConvertToInt32Native(Vector512.Round(v));

    /// <summary>
    /// Nearest integers, halves to even, within whole numbers [low, high]; a NaN becomes 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Round(Vector512<float> v, Vector512<float> low, Vector512<float> high)
    {
        v &= Vector512.Equals(v, v);
        v = Vector512.MinNative(Vector512.MaxNative(v, low), high);
        return Vector512.ConvertToInt32Native(Vector512.Round(v));
    }
}

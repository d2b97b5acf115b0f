using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mettle;

/// <summary>Whether a tile's last vector of columns is full.</summary>
internal interface IColumns;

/// <summary>Every vector of columns is full.</summary>
internal readonly struct AllColumns : IColumns;

/// <summary>The last vector of columns is cut: the columns that are not there are neither read nor written.</summary>
internal readonly struct CutColumns : IColumns;

/// <summary>What the register tiles do with one vector.</summary>
internal static unsafe class GemmLanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(void* p)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(p);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Fma<T>(Vector512<T> x, Vector512<T> y, Vector512<T> z)
        => typeof(T) == typeof(float)
            ? Vector512.FusedMultiplyAdd(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>()
            : Vector512.FusedMultiplyAdd(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Fma<T>(Vector256<T> x, Vector256<T> y, Vector256<T> z)
        => typeof(T) == typeof(float)
            ? Vector256.FusedMultiplyAdd(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>()
            : Vector256.FusedMultiplyAdd(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>();

    /// <summary>All ones in the first <paramref name="n"/> lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> First512<T, TColumns>(int n)
        where T : unmanaged
        => typeof(TColumns) == typeof(AllColumns) ? default
            : sizeof(T) == 4 ? Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(n)).As<int, T>()
            : Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)n)).As<long, T>();

    /// <inheritdoc cref="First512"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> First256<T, TColumns>(int n)
        where T : unmanaged
        => typeof(TColumns) == typeof(AllColumns) ? default
            : sizeof(T) == 4 ? Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(n)).As<int, T>()
            : Vector256.LessThan(Vector256<long>.Indices, Vector256.Create((long)n)).As<long, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Load<T, TColumns>(T* p, Vector512<T> mask)
        where T : unmanaged
        => typeof(TColumns) == typeof(AllColumns) ? Vector512.Load(p)
            : typeof(T) == typeof(float) ? Avx512F.MaskLoad((float*)p, mask.AsSingle(), Vector512<float>.Zero).As<float, T>()
            : Avx512F.MaskLoad((double*)p, mask.AsDouble(), Vector512<double>.Zero).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T, TColumns>(Vector512<T> x, T* p, Vector512<T> mask)
        where T : unmanaged
    {
        if (typeof(TColumns) == typeof(AllColumns))
        {
            x.Store(p);
        }
        else if (typeof(T) == typeof(float))
        {
            Avx512F.MaskStore((float*)p, mask.AsSingle(), x.AsSingle());
        }
        else
        {
            Avx512F.MaskStore((double*)p, mask.AsDouble(), x.AsDouble());
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Load<T, TColumns>(T* p, Vector256<T> mask)
        where T : unmanaged
        => typeof(TColumns) == typeof(AllColumns) ? Vector256.Load(p)
            : !Avx.IsSupported ? LoadOneByOne(p, mask)
            : typeof(T) == typeof(float) ? Avx.MaskLoad((float*)p, mask.AsSingle()).As<float, T>()
            : Avx.MaskLoad((double*)p, mask.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T, TColumns>(Vector256<T> x, T* p, Vector256<T> mask)
        where T : unmanaged
    {
        if (typeof(TColumns) == typeof(AllColumns))
        {
            x.Store(p);
        }
        else if (!Avx.IsSupported)
        {
            StoreOneByOne(x, p, mask);
        }
        else if (typeof(T) == typeof(float))
        {
            Avx.MaskStore((float*)p, mask.AsSingle(), x.AsSingle());
        }
        else
        {
            Avx.MaskStore((double*)p, mask.AsDouble(), x.AsDouble());
        }
    }

    private static Vector256<T> LoadOneByOne<T>(T* p, Vector256<T> mask)
        where T : unmanaged
    {
        int n = System.Numerics.BitOperations.PopCount(mask.ExtractMostSignificantBits());
        var x = Vector256<T>.Zero;
        Buffer.MemoryCopy(p, &x, sizeof(Vector256<T>), n * sizeof(T));
        return x;
    }

    private static void StoreOneByOne<T>(Vector256<T> x, T* p, Vector256<T> mask)
        where T : unmanaged
    {
        int n = System.Numerics.BitOperations.PopCount(mask.ExtractMostSignificantBits());
        Buffer.MemoryCopy(&x, p, sizeof(Vector256<T>), n * sizeof(T));
    }
}

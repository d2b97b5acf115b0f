using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mettle;

/// <summary>A function of one value, stated for a whole vector of lanes; each lane must depend on its own input only.</summary>
internal interface IUnaryLanes<T>
{
    static abstract Vector512<T> Apply(Vector512<T> x);
}

/// <summary>A function of two values, stated for a whole vector of lanes.</summary>
internal interface IBinaryLanes<T>
{
    static abstract Vector512<T> Apply(Vector512<T> x, Vector512<T> y);
}

/// <summary>A predicate of two values: a lane of all ones where it holds.</summary>
internal interface ICompareLanes<T>
{
    static abstract Vector512<T> Holds(Vector512<T> x, Vector512<T> y);
}

/// <summary>
/// Flat kernel of a unary lane function. What is left at the end runs through the same vector code, so bits do not depend
/// on position: as one more vector that overlaps the last whole one (computed first, since results may lie on operands).
/// Without AVX-512 every operation on lanes is several to the compiler, which stops inlining in the midst of a long
/// function: then the function stands in one place only.
/// </summary>
internal readonly unsafe struct UnaryFlat<T, TLanes> : IFlatKernel
    where T : unmanaged
    where TLanes : struct, IUnaryLanes<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(byte* y, byte* a, byte* b, byte* c, nint n, int scalars)
    {
        T* py = (T*)y;
        T* pa = (T*)a;
        int w = Vector512<T>.Count;
        if (!Vector512.IsHardwareAccelerated)
        {
            Narrow(py, pa, n, (scalars & 1) != 0);
            return;
        }

        if ((scalars & 1) != 0)
        {
            T value = TLanes.Apply(Vector512.Create(*pa)).ToScalar();
            new Span<T>(py, (int)n).Fill(value);
            return;
        }

        if (n < w)
        {
            Tail.Store(TLanes.Apply(Tail.Load(pa, n)), py, n);
            return;
        }

        nint whole = n & -w;
        var end = whole == n ? default : TLanes.Apply(Vector512.Load(pa + n - w));
        nint i = 0;
        for (; i < whole - w; i += 2 * w)
        {
            var one = TLanes.Apply(Vector512.Load(pa + i));
            var two = TLanes.Apply(Vector512.Load(pa + i + w));
            one.Store(py + i);
            two.Store(py + i + w);
        }

        if (i < whole)
        {
            TLanes.Apply(Vector512.Load(pa + i)).Store(py + i);
        }

        if (whole < n)
        {
            end.Store(py + n - w);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(T* y, T* a, nint n, bool same)
    {
        for (nint i = 0; i < n; i += Vector512<T>.Count)
        {
            Tail.Store(TLanes.Apply(same ? Vector512.Create(*a) : Tail.Load(a + i, n - i)), y + i, n - i);
        }
    }
}

/// <summary>Flat kernel of a binary lane function, with the same end and the same single place without AVX-512.</summary>
internal readonly unsafe struct BinaryFlat<T, TLanes> : IFlatKernel
    where T : unmanaged
    where TLanes : struct, IBinaryLanes<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(byte* y, byte* a, byte* b, byte* c, nint n, int scalars)
    {
        T* py = (T*)y;
        T* pa = (T*)a;
        T* pb = (T*)b;
        int w = Vector512<T>.Count;
        bool one = (scalars & 1) != 0, other = (scalars & 2) != 0;
        if (!Vector512.IsHardwareAccelerated)
        {
            Narrow(py, pa, pb, n, one, other);
        }
        else if (n < w)
        {
            var x = one ? Vector512.Create(*pa) : Tail.Load(pa, n);
            var z = other ? Vector512.Create(*pb) : Tail.Load(pb, n);
            Tail.Store(TLanes.Apply(x, z), py, n);
        }
        else if (one)
        {
            Left(py, Vector512.Create(*pa), pb, other ? 0 : 1, n);
        }
        else if (other)
        {
            Right(py, pa, Vector512.Create(*pb), n);
        }
        else
        {
            Both(py, pa, pb, n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(T* y, T* a, T* b, nint n, bool one, bool other)
    {
        for (nint i = 0; i < n; i += Vector512<T>.Count)
        {
            var x = one ? Vector512.Create(*a) : Tail.Load(a + i, n - i);
            var z = other ? Vector512.Create(*b) : Tail.Load(b + i, n - i);
            Tail.Store(TLanes.Apply(x, z), y + i, n - i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Both(T* y, T* a, T* b, nint n)
    {
        int w = Vector512<T>.Count;
        nint whole = n & -w;
        var end = whole == n ? default : TLanes.Apply(Vector512.Load(a + n - w), Vector512.Load(b + n - w));
        nint i = 0;
        for (; i < whole - w; i += 2 * w)
        {
            var one = TLanes.Apply(Vector512.Load(a + i), Vector512.Load(b + i));
            var two = TLanes.Apply(Vector512.Load(a + i + w), Vector512.Load(b + i + w));
            one.Store(y + i);
            two.Store(y + i + w);
        }

        if (i < whole)
        {
            TLanes.Apply(Vector512.Load(a + i), Vector512.Load(b + i)).Store(y + i);
        }

        if (whole < n)
        {
            end.Store(y + n - w);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Left(T* y, Vector512<T> a, T* b, int step, nint n)
    {
        if (step == 0)
        {
            new Span<T>(y, (int)n).Fill(TLanes.Apply(a, Vector512.Create(*b)).ToScalar());
            return;
        }

        int w = Vector512<T>.Count;
        nint whole = n & -w;
        var end = whole == n ? default : TLanes.Apply(a, Vector512.Load(b + n - w));
        for (nint i = 0; i < whole; i += w)
        {
            TLanes.Apply(a, Vector512.Load(b + i)).Store(y + i);
        }

        if (whole < n)
        {
            end.Store(y + n - w);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Right(T* y, T* a, Vector512<T> b, nint n)
    {
        int w = Vector512<T>.Count;
        nint whole = n & -w;
        var end = whole == n ? default : TLanes.Apply(Vector512.Load(a + n - w), b);
        for (nint i = 0; i < whole; i += w)
        {
            TLanes.Apply(Vector512.Load(a + i), b).Store(y + i);
        }

        if (whole < n)
        {
            end.Store(y + n - w);
        }
    }
}

/// <summary>Flat kernel of a comparison: one byte, 0 or 1, per element.</summary>
internal readonly unsafe struct CompareFlat<T, TLanes> : IFlatKernel
    where T : unmanaged
    where TLanes : struct, ICompareLanes<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(byte* y, byte* a, byte* b, byte* c, nint n, int scalars)
    {
        T* pa = (T*)a;
        T* pb = (T*)b;
        int w = Vector512<T>.Count;
        bool one = (scalars & 1) != 0, other = (scalars & 2) != 0;
        var x = one ? Vector512.Create(*pa) : default;
        var z = other ? Vector512.Create(*pb) : default;
        nint i = 0;
        for (; i <= n - w; i += w)
        {
            ulong bits = TLanes.Holds(one ? x : Vector512.Load(pa + i), other ? z : Vector512.Load(pb + i)).ExtractMostSignificantBits();
            for (int j = 0; j < w; j += 8)
            {
                *(ulong*)(y + i + j) = Spread(bits >> j);
            }
        }

        if (i < n)
        {
            ulong bits = TLanes.Holds(one ? x : Tail.Load(pa + i, n - i), other ? z : Tail.Load(pb + i, n - i)).ExtractMostSignificantBits();
            for (; i < n; i++, bits >>= 1)
            {
                y[i] = (byte)(bits & 1);
            }
        }
    }

    // Eight bits to eight bytes of 0 or 1: byte k keeps bit k of its copy, and any bit left becomes 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Spread(ulong bits)
    {
        ulong kept = ((bits & 0xFF) * 0x0101010101010101UL) & 0x8040201008040201UL;
        return ((kept + 0x7F7F7F7F7F7F7F7FUL) >> 7) & 0x0101010101010101UL;
    }
}

/// <summary>
/// Partial vectors at the end of an array, by masks: a call beside a hot loop would cost it its registers.
/// </summary>
internal static unsafe class Tail
{
    /// <summary>Loads <paramref name="n"/> elements; the other lanes are zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Load<T>(T* p, nint n)
        where T : unmanaged
    {
        if (n >= Vector512<T>.Count)
        {
            return Vector512.Load(p);
        }

        if (Avx512F.IsSupported && sizeof(T) == 4)
        {
            return Avx512F.MaskLoad((float*)p, First32(n), Vector512<float>.Zero).As<float, T>();
        }

        if (Avx512F.IsSupported && sizeof(T) == 8)
        {
            return Avx512F.MaskLoad((double*)p, First64(n), Vector512<double>.Zero).As<double, T>();
        }

        if (Avx.IsSupported && sizeof(T) == 4)
        {
            var first = First32(n);
            return Vector512.Create(Avx.MaskLoad((float*)p, first.GetLower()), Avx.MaskLoad((float*)p + 8, first.GetUpper())).As<float, T>();
        }

        if (Avx.IsSupported && sizeof(T) == 8)
        {
            var first = First64(n);
            return Vector512.Create(Avx.MaskLoad((double*)p, first.GetLower()), Avx.MaskLoad((double*)p + 4, first.GetUpper())).As<double, T>();
        }

        return Copied(p, n);
    }

    /// <summary>Stores the first <paramref name="n"/> lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector512<T> v, T* p, nint n)
        where T : unmanaged
    {
        if (n >= Vector512<T>.Count)
        {
            v.Store(p);
        }
        else if (Avx512F.IsSupported && sizeof(T) == 4)
        {
            Avx512F.MaskStore((float*)p, First32(n), v.AsSingle());
        }
        else if (Avx512F.IsSupported && sizeof(T) == 8)
        {
            Avx512F.MaskStore((double*)p, First64(n), v.AsDouble());
        }
        else if (Avx.IsSupported && sizeof(T) == 4)
        {
            var first = First32(n);
            Avx.MaskStore((float*)p, first.GetLower(), v.AsSingle().GetLower());
            Avx.MaskStore((float*)p + 8, first.GetUpper(), v.AsSingle().GetUpper());
        }
        else if (Avx.IsSupported && sizeof(T) == 8)
        {
            var first = First64(n);
            Avx.MaskStore((double*)p, first.GetLower(), v.AsDouble().GetLower());
            Avx.MaskStore((double*)p + 4, first.GetUpper(), v.AsDouble().GetUpper());
        }
        else
        {
            Copy(v, p, n);
        }
    }

    /// <summary>All ones in the first <paramref name="n"/> lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> First<T>(nint n)
        where T : unmanaged
        => sizeof(T) == 4 ? First32(n).As<float, T>() : First64(n).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> First32(nint n) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create((int)n)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> First64(nint n) => Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)n)).AsDouble();

    private static Vector512<T> Copied<T>(T* p, nint n)
        where T : unmanaged
    {
        var v = Vector512<T>.Zero;
        Buffer.MemoryCopy(p, &v, 64, n * sizeof(T));
        return v;
    }

    private static void Copy<T>(Vector512<T> v, T* p, nint n)
        where T : unmanaged
        => Buffer.MemoryCopy(&v, p, 64, n * sizeof(T));
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

/// <summary>Flat kernel of a unary lane function. Tails run through the same vector code, so bits do not depend on position.</summary>
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
        if ((scalars & 1) != 0)
        {
            T value = TLanes.Apply(Vector512.Create(*pa)).ToScalar();
            new Span<T>(py, (int)n).Fill(value);
            return;
        }

        nint i = 0;
        for (; i <= n - w; i += w)
        {
            TLanes.Apply(Vector512.Load(pa + i)).Store(py + i);
        }

        if (i < n)
        {
            Tail.Store(TLanes.Apply(Tail.Load(pa + i, n - i)), py + i, n - i);
        }
    }
}

/// <summary>Flat kernel of a binary lane function.</summary>
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
        nint i = 0;
        if (scalars == 0)
        {
            for (; i <= n - w; i += w)
            {
                TLanes.Apply(Vector512.Load(pa + i), Vector512.Load(pb + i)).Store(py + i);
            }
        }
        else if ((scalars & 3) == 1)
        {
            var x = Vector512.Create(*pa);
            for (; i <= n - w; i += w)
            {
                TLanes.Apply(x, Vector512.Load(pb + i)).Store(py + i);
            }
        }
        else if ((scalars & 3) == 2)
        {
            var x = Vector512.Create(*pb);
            for (; i <= n - w; i += w)
            {
                TLanes.Apply(Vector512.Load(pa + i), x).Store(py + i);
            }
        }

        for (; i < n; i += w)
        {
            nint left = Math.Min(w, n - i);
            var va = (scalars & 1) != 0 ? Vector512.Create(*pa) : Tail.Load(pa + i, left);
            var vb = (scalars & 2) != 0 ? Vector512.Create(*pb) : Tail.Load(pb + i, left);
            Tail.Store(TLanes.Apply(va, vb), py + i, left);
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

/// <summary>Partial vectors at the end of an array.</summary>
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

        var v = Vector512<T>.Zero;
        Buffer.MemoryCopy(p, &v, 64, n * sizeof(T));
        return v;
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
        else
        {
            Buffer.MemoryCopy(&v, p, 64, n * sizeof(T));
        }
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>What attention does with a row of scores.</summary>
internal static unsafe class AttentionMath
{
    /// <summary>The largest of n elements, -infinity of none. Whether a NaN among them is passed over is not said: its weight is NaN anyway.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Max<T>(T* x, int n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int w = Vector512<T>.Count;
        var lowest = Vector512.Create(T.NegativeInfinity);
        var (a, b, c, d) = (lowest, lowest, lowest, lowest);
        int i = 0;
        for (; i <= n - (4 * w); i += 4 * w)
        {
            a = Vector512.MaxNative(a, Vector512.Load(x + i));
            b = Vector512.MaxNative(b, Vector512.Load(x + i + w));
            c = Vector512.MaxNative(c, Vector512.Load(x + i + (2 * w)));
            d = Vector512.MaxNative(d, Vector512.Load(x + i + (3 * w)));
        }

        for (; i < n; i += w)
        {
            a = Vector512.MaxNative(a, Vector512.ConditionalSelect(First<T>(n - i), Vector512.Load(x + i), lowest));
        }

        a = Vector512.MaxNative(Vector512.MaxNative(a, b), Vector512.MaxNative(c, d));
        var e = Vector256.MaxNative(a.GetLower(), a.GetUpper());
        var f = Vector128.MaxNative(e.GetLower(), e.GetUpper());
        if (typeof(T) == typeof(float))
        {
            f = Vector128.MaxNative(f, Vector128.Shuffle(f.AsInt32(), Vector128.Create(2, 3, 0, 1)).As<int, T>());
        }

        return T.MaxNative(f.GetElement(0), f.GetElement(1));
    }

    /// <summary>Sum of the lanes: upper half onto lower half until one is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum<T>(Vector512<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var c = x.GetLower() + x.GetUpper();
        var d = c.GetLower() + c.GetUpper();
        if (typeof(T) == typeof(float))
        {
            d += Vector128.Shuffle(d.AsInt32(), Vector128.Create(2, 3, 0, 1)).As<int, T>();
        }

        return d.GetElement(0) + d.GetElement(1);
    }

    /// <summary>Sum of products of two rows: vectors of lanes in turn, then the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Dot<T>(T* x, T* y, int n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int w = Vector512<T>.Count;
        var sum = Vector512<T>.Zero;
        int i = 0;
        for (; i <= n - w; i += w)
        {
            sum = RowMath.Fma(Vector512.Load(x + i), Vector512.Load(y + i), sum);
        }

        if (i < n)
        {
            sum = RowMath.Fma(Tail.Load(x + i, n - i), Tail.Load(y + i, n - i), sum);
        }

        return Sum(sum);
    }

    /// <summary>All ones in the first n lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> First<T>(int n)
        where T : unmanaged
        => typeof(T) == typeof(float)
            ? Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(n)).As<int, T>()
            : Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)n)).As<long, T>();
}

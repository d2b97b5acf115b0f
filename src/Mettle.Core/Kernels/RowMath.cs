using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Passes over one row for f32 and f64. Sums run in vectors of lanes over blocks of <see cref="Block"/>, block results are
/// added in index order and the lanes folded in a fixed order, so bits depend on the row's length only.
/// </summary>
internal static unsafe class RowMath
{
    private const int Block = 4096;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Exp<T>(Vector512<T> x)
        => typeof(T) == typeof(float) ? LaneMath.Exp(x.AsSingle()).As<float, T>() : LaneMath.Exp(x.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Sigmoid<T>(Vector512<T> x)
        => typeof(T) == typeof(float) ? LaneMath.Sigmoid(x.AsSingle()).As<float, T>() : LaneMath.Sigmoid(x.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Tanh<T>(Vector512<T> x)
        => typeof(T) == typeof(float) ? LaneMath.Tanh(x.AsSingle()).As<float, T>() : LaneMath.Tanh(x.AsDouble()).As<double, T>();

    public static T Log<T>(T x)
        => typeof(T) == typeof(float)
            ? LaneMath.Log(Vector512.Create(x).AsSingle()).As<float, T>().ToScalar()
            : LaneMath.Log(Vector512.Create(x).AsDouble()).As<double, T>().ToScalar();

    /// <summary>The largest element (NaN if any is), -infinity of an empty row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Max<T>(T* x, nint n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int w = Vector512<T>.Count;
        var m = Vector512.Create(T.NegativeInfinity);
        nint i = 0;
        for (; i <= n - w; i += w)
        {
            m = Vector512.Max(m, Vector512.Load(x + i));
        }

        if (i < n)
        {
            m = Vector512.Max(m, Vector512.ConditionalSelect(First<T>(n - i), Tail.Load(x + i, n - i), m));
        }

        return LaneMath.Fold<T, Larger<T>>(m);
    }

    /// <summary>Sum of exp(x - shift); the terms go to <paramref name="y"/> unless it is null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T SumExp<T>(T* x, T shift, T* y, nint n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int w = Vector512<T>.Count;
        var by = Vector512.Create(shift);
        var total = Vector512<T>.Zero;
        for (nint from = 0; from < n; from += Block)
        {
            nint to = Math.Min(n, from + Block);
            var sum = Vector512<T>.Zero;
            for (nint i = from; i < to; i += w)
            {
                nint left = to - i;
                var e = Exp(Tail.Load(x + i, left) - by);
                if (y != null)
                {
                    Tail.Store(e, y + i, left);
                }

                sum += left >= w ? e : Vector512.ConditionalSelect(First<T>(left), e, Vector512<T>.Zero);
            }

            total += sum;
        }

        return LaneMath.Fold<T, Plus<T>>(total);
    }

    /// <summary>Sum of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Sum<T>(T* x, nint n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int w = Vector512<T>.Count;
        var total = Vector512<T>.Zero;
        for (nint from = 0; from < n; from += Block)
        {
            nint to = Math.Min(n, from + Block);
            var sum = Vector512<T>.Zero;
            for (nint i = from; i < to; i += w)
            {
                sum += Tail.Load(x + i, to - i);
            }

            total += sum;
        }

        return LaneMath.Fold<T, Plus<T>>(total);
    }

    /// <summary>Sum of products of two rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Dot<T>(T* x, T* y, nint n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int w = Vector512<T>.Count;
        var total = Vector512<T>.Zero;
        for (nint from = 0; from < n; from += Block)
        {
            nint to = Math.Min(n, from + Block);
            var sum = Vector512<T>.Zero;
            for (nint i = from; i < to; i += w)
            {
                sum = Fma(Tail.Load(x + i, to - i), Tail.Load(y + i, to - i), sum);
            }

            total += sum;
        }

        return LaneMath.Fold<T, Plus<T>>(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Fma<T>(Vector512<T> a, Vector512<T> b, Vector512<T> c)
        => typeof(T) == typeof(float)
            ? Vector512.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
            : Vector512.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();

    /// <summary>log(sum(exp(x))) as a shift and the logarithm of the rest; the shift is 0 where the largest is infinite.</summary>
    public static (T Shift, T LogRest) LogSumExp<T>(T* x, nint n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T m = Max(x, n);
        m = T.IsInfinity(m) ? T.Zero : m;
        return (m, Log(SumExp(x, m, null, n)));
    }

    // All ones in the first n lanes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> First<T>(nint n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Vector512.LessThan(Vector512<T>.Indices, Vector512.Create(T.CreateTruncating(n)));

    private readonly struct Larger<T> : IBinaryLanes<T>
    {
        public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => Vector512.Max(x, y);
    }

    private readonly struct Plus<T> : IBinaryLanes<T>
    {
        public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => x + y;
    }
}

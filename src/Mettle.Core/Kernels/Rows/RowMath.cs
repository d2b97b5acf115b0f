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
    /// <summary>Most rows that one call of a function of several rows takes.</summary>
    public const int MaxRows = 16;

    private const int Block = 4096;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Exp<T>(Vector512<T> x)
        => typeof(T) == typeof(float) ? LaneMath.Exp(x.AsSingle()).As<float, T>() : LaneMath.Exp(x.AsDouble()).As<double, T>();

    /// <summary>exp(x) of a difference that is at most a rounding error above 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> ExpOfDifference<T>(Vector512<T> x)
        => typeof(T) == typeof(float) ? LaneMath.ExpOfDifference(x.AsSingle()).As<float, T>() : LaneMath.Exp(x.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Sigmoid<T>(Vector512<T> x)
        => typeof(T) == typeof(float) ? LaneMath.Sigmoid(x.AsSingle()).As<float, T>() : LaneMath.Sigmoid(x.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Tanh<T>(Vector512<T> x)
        => typeof(T) == typeof(float) ? LaneMath.Tanh(x.AsSingle()).As<float, T>() : LaneMath.Tanh(x.AsDouble()).As<double, T>();

    /// <summary>How many rows of <paramref name="n"/> elements are worked on between two passes: they should stay in the nearest cache.</summary>
    public static nint RowsAtOnce(nint n) => Math.Clamp(4096 / Math.Max(1, n), 1, MaxRows);

    /// <summary>The largest element of each row, -infinity of an empty one; any value where the row holds a NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Max<T>(T* x, nint n, nint rows, T* max)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int w = Vector512<T>.Count;
        var least = Vector512.Create(T.NegativeInfinity);
        for (nint row = 0; row < rows; row++, x += n)
        {
            var m = least;
            if (n >= w)
            {
                // The last vector overlaps the one before: a maximum may see an element twice.
                m = Vector512.Load(x + n - w);
                var other = m;
                nint i = 0;
                for (; i < n - (2 * w); i += 2 * w)
                {
                    m = Vector512.MaxNative(m, Vector512.Load(x + i));
                    other = Vector512.MaxNative(other, Vector512.Load(x + i + w));
                }

                m = Vector512.MaxNative(m, Vector512.Load(x + Math.Min(i, n - w)));
                m = Vector512.MaxNative(m, other);
            }
            else if (n > 0)
            {
                m = Vector512.ConditionalSelect(Tail.First<T>(n), Tail.Load(x, n), least);
            }

            max[row] = LaneMath.Fold<T, Larger<T>>(m);
        }
    }

    /// <summary>Sum of a row: four vectors of lanes in turn per block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Sum<T>(T* x, nint n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int w = Vector512<T>.Count;
        var total = Vector512<T>.Zero;
        for (nint from = 0; from < n; from += Block)
        {
            nint to = Math.Min(n, from + Block);
            var (s0, s1, s2, s3) = (Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero, Vector512<T>.Zero);
            nint i = from;
            for (; i <= to - (4 * w); i += 4 * w)
            {
                s0 += Vector512.Load(x + i);
                s1 += Vector512.Load(x + i + w);
                s2 += Vector512.Load(x + i + (2 * w));
                s3 += Vector512.Load(x + i + (3 * w));
            }

            for (; i < to; i += w)
            {
                s0 += Tail.Load(x + i, to - i);
            }

            total += (s0 + s1) + (s2 + s3);
        }

        return LaneMath.Fold<T, Plus<T>>(total);
    }

    /// <summary>Sum of products of two rows: two vectors of lanes in turn per block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Dot<T>(T* x, T* y, nint n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int w = Vector512<T>.Count;
        var total = Vector512<T>.Zero;
        for (nint from = 0; from < n; from += Block)
        {
            nint to = Math.Min(n, from + Block);
            var (s0, s1) = (Vector512<T>.Zero, Vector512<T>.Zero);
            nint i = from;
            for (; i <= to - (2 * w); i += 2 * w)
            {
                s0 = Fma(Vector512.Load(x + i), Vector512.Load(y + i), s0);
                s1 = Fma(Vector512.Load(x + i + w), Vector512.Load(y + i + w), s1);
            }

            for (; i < to; i += w)
            {
                s0 = Fma(Tail.Load(x + i, to - i), Tail.Load(y + i, to - i), s0);
            }

            total += s0 + s1;
        }

        return LaneMath.Fold<T, Plus<T>>(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Fma<T>(Vector512<T> a, Vector512<T> b, Vector512<T> c)
        => typeof(T) == typeof(float)
            ? Vector512.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
            : Vector512.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();

    public static T Log<T>(T x)
        => typeof(T) == typeof(float)
            ? LaneMath.Log(Vector512.Create(x).AsSingle()).As<float, T>().ToScalar()
            : LaneMath.Log(Vector512.Create(x).AsDouble()).As<double, T>().ToScalar();

    /// <summary>Logarithms in place.</summary>
    public static void Log<T>(T* x, nint n)
        where T : unmanaged
    {
        for (nint i = 0; i < n; i += Vector512<T>.Count)
        {
            // The lanes that are not there hold 1: a logarithm of 0 takes the slow way.
            nint left = n - i;
            var v = Vector512.ConditionalSelect(Tail.First<T>(left), Tail.Load(x + i, left), Vector512<T>.One);
            v = typeof(T) == typeof(float) ? LaneMath.Log(v.AsSingle()).As<float, T>() : LaneMath.Log(v.AsDouble()).As<double, T>();
            Tail.Store(v, x + i, left);
        }
    }

    private readonly struct Larger<T> : IBinaryLanes<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => Vector512.MaxNative(x, y);
    }

    /// <summary>The sum of two vectors.</summary>
    internal readonly struct Plus<T> : IBinaryLanes<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => x + y;
    }
}

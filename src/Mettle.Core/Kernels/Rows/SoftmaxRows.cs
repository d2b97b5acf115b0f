using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Exponentials of rows and their sums, for f32 and f64. Sums run in two vectors of lanes in turn over blocks of
/// <see cref="Block"/>, block results are added in index order and the lanes folded in a fixed order, so bits depend on the
/// row's length only.
/// </summary>
internal static unsafe class SoftmaxRows
{
    private const int Block = 4096;

    /// <summary>Exponentials over their sum.</summary>
    public static void Softmax<T>(T* x, T* y, nint n, nint rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Forward<T, Scaling>(x, y, n, rows);
    }

    /// <summary>Logarithms of the exponentials over their sum.</summary>
    public static void LogSoftmax<T>(T* x, T* y, nint n, nint rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Forward<T, Shifting>(x, y, n, rows);
    }

    /// <summary>
    /// A shift and the sum of exp(x - shift) of each of at most <see cref="RowMath.MaxRows"/> rows; the shift is the row's
    /// largest element, 0 where that is infinite. The terms go to <paramref name="y"/> unless it is null.
    /// </summary>
    public static void ShiftedSumExp<T>(T* x, T* y, nint n, nint rows, T* shift, T* sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RowMath.Max(x, n, rows, shift);
        int infinite = 0;
        for (int row = 0; row < rows; row++)
        {
            if (T.IsInfinity(shift[row]))
            {
                infinite |= T.IsPositive(shift[row]) ? 1 << row : 0;
                shift[row] = T.Zero;
            }
        }

        SumExp<T, Nothing>(x, shift, y, n, rows, sums, default);
        for (int row = 0; infinite != 0; row++, infinite >>= 1)
        {
            if ((infinite & 1) != 0)
            {
                sums[row] = SumAnyExp(x + (row * n), y == null ? null : y + (row * n), n);
            }
        }
    }

    /// <summary>log(sum(exp(x))) of each of at most <see cref="RowMath.MaxRows"/> rows as a shift and the logarithm of the rest.</summary>
    public static void LogSumExp<T>(T* x, nint n, nint rows, T* shift, T* rest)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ShiftedSumExp(x, null, n, rows, shift, rest);
        RowMath.Log(rest, rows);
    }

    // A few rows at a time. The last step of a group, which is all loads and stores, runs beside the next group's
    // exponentials, which are all arithmetic.
    private static void Forward<T, TLast>(T* x, T* y, nint n, nint rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TLast : struct, ILastStep
    {
        T* values = stackalloc T[4 * RowMath.MaxRows];
        var now = new Waiting<T> { Max = values, Rest = values + RowMath.MaxRows };
        var before = new Waiting<T> { Max = values + (2 * RowMath.MaxRows), Rest = values + (3 * RowMath.MaxRows) };
        nint group = Math.Clamp(2048 / Math.Max(1, n), 1, RowMath.MaxRows);
        for (nint row = 0; row < rows; row += group, x += group * n, y += group * n)
        {
            now.X = x;
            now.Y = y;
            now.Rows = Math.Min(group, rows - row);
            RowMath.Max(x, n, now.Rows, now.Max);
            T* terms = TLast.NeedsTerms ? y : null;
            if (now.Rows == before.Rows)
            {
                SumExp<T, TLast>(x, now.Max, terms, n, now.Rows, now.Rest, before);
            }
            else
            {
                Finish<T, TLast>(before, n);
                SumExp<T, Nothing>(x, now.Max, terms, n, now.Rows, now.Rest, default);
            }

            TLast.Prepare(now.Rest, now.Rows);
            (now, before) = (before, now);
        }

        Finish<T, TLast>(before, n);
    }

    // Sums of exp(x - shift), whose elements are at most the shift; the terms go to y unless it is null. The last step of as
    // many rows is done beside it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumExp<T, TLast>(T* x, T* shift, T* y, nint n, nint rows, T* sums, Waiting<T> before)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TLast : struct, ILastStep
    {
        int w = Vector512<T>.Count;
        nint ahead = Math.Min(n * rows, Block);
        T* from = TLast.NeedsTerms ? before.Y : before.X;
        T* to = before.Y;
        for (nint row = 0; row < rows; row++, x += n, y = y == null ? null : y + n, from += n, to += n)
        {
            var by = Vector512.Create(shift[row]);
            var (max, rest) = TLast.IsNone ? default : (Vector512.Create(before.Max[row]), Vector512.Create(before.Rest[row]));
            var total = Vector512<T>.Zero;
            for (nint first = 0; first < n; first += Block)
            {
                nint end = Math.Min(n, first + Block);
                var (s0, s1) = (Vector512<T>.Zero, Vector512<T>.Zero);
                nint i = first;
                // Only with AVX-512: its halves are too much for the compiler to inline so many times.
                for (; Vector512.IsHardwareAccelerated && i <= end - (4 * w); i += 4 * w)
                {
                    CacheLines.FetchNear(x + i + ahead);
                    CacheLines.FetchNear(x + i + ahead + w);
                    CacheLines.FetchNear(x + i + ahead + (2 * w));
                    CacheLines.FetchNear(x + i + ahead + (3 * w));
                    var e0 = RowMath.ExpOfDifference(Vector512.Load(x + i) - by);
                    var e1 = RowMath.ExpOfDifference(Vector512.Load(x + i + w) - by);
                    var e2 = RowMath.ExpOfDifference(Vector512.Load(x + i + (2 * w)) - by);
                    var e3 = RowMath.ExpOfDifference(Vector512.Load(x + i + (3 * w)) - by);
                    if (!TLast.IsNone)
                    {
                        TLast.Apply(Vector512.Load(from + i), max, rest).Store(to + i);
                        TLast.Apply(Vector512.Load(from + i + w), max, rest).Store(to + i + w);
                        TLast.Apply(Vector512.Load(from + i + (2 * w)), max, rest).Store(to + i + (2 * w));
                        TLast.Apply(Vector512.Load(from + i + (3 * w)), max, rest).Store(to + i + (3 * w));
                    }

                    if (y != null)
                    {
                        e0.Store(y + i);
                        e1.Store(y + i + w);
                        e2.Store(y + i + (2 * w));
                        e3.Store(y + i + (3 * w));
                    }

                    s0 += e0;
                    s1 += e1;
                    s0 += e2;
                    s1 += e3;
                }

                for (; i <= end - w; i += w)
                {
                    var e = RowMath.ExpOfDifference(Vector512.Load(x + i) - by);
                    if (!TLast.IsNone)
                    {
                        TLast.Apply(Vector512.Load(from + i), max, rest).Store(to + i);
                    }

                    if (y != null)
                    {
                        e.Store(y + i);
                    }

                    (s0, s1) = (s1, s0 + e);
                }

                if (i < end)
                {
                    var e = RowMath.ExpOfDifference(Tail.Load(x + i, end - i) - by);
                    if (!TLast.IsNone)
                    {
                        Tail.Store(TLast.Apply(Tail.Load(from + i, end - i), max, rest), to + i, end - i);
                    }

                    if (y != null)
                    {
                        Tail.Store(e, y + i, end - i);
                    }

                    s0 += Vector512.ConditionalSelect(Tail.First<T>(end - i), e, Vector512<T>.Zero);
                }

                total += s0 + s1;
            }

            sums[row] = LaneMath.Fold<T, RowMath.Plus<T>>(total);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish<T, TLast>(Waiting<T> rows, nint n)
        where T : unmanaged
        where TLast : struct, ILastStep
    {
        int w = Vector512<T>.Count;
        T* from = TLast.NeedsTerms ? rows.Y : rows.X;
        T* to = rows.Y;
        for (nint row = 0; row < rows.Rows; row++, from += n, to += n)
        {
            var (max, rest) = (Vector512.Create(rows.Max[row]), Vector512.Create(rows.Rest[row]));
            nint i = 0;
            for (; i <= n - w; i += w)
            {
                TLast.Apply(Vector512.Load(from + i), max, rest).Store(to + i);
            }

            if (i < n)
            {
                Tail.Store(TLast.Apply(Tail.Load(from + i, n - i), max, rest), to + i, n - i);
            }
        }
    }

    // Sum of exp(x) of a row that holds infinity.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static T SumAnyExp<T>(T* x, T* y, nint n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sum = Vector512<T>.Zero;
        for (nint i = 0; i < n; i += Vector512<T>.Count)
        {
            var e = RowMath.Exp(Tail.Load(x + i, n - i));
            if (y != null)
            {
                Tail.Store(e, y + i, n - i);
            }

            sum += Vector512.ConditionalSelect(Tail.First<T>(n - i), e, Vector512<T>.Zero);
        }

        return LaneMath.Fold<T, RowMath.Plus<T>>(sum);
    }

    // How a row's result comes from its terms or its elements, the largest element, and what Prepare made of the sum.
    private interface ILastStep
    {
        static abstract bool IsNone { get; }

        static abstract bool NeedsTerms { get; }

        static abstract void Prepare<T>(T* sums, nint rows)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>;

        static abstract Vector512<T> Apply<T>(Vector512<T> v, Vector512<T> max, Vector512<T> rest)
            where T : unmanaged;
    }

    // Rows whose sums are known and whose last step is still to come.
    private struct Waiting<T>
        where T : unmanaged
    {
        public T* X;
        public T* Y;
        public T* Max;
        public T* Rest;
        public nint Rows;
    }

    private readonly struct Nothing : ILastStep
    {
        public static bool IsNone => true;

        public static bool NeedsTerms => false;

        public static void Prepare<T>(T* sums, nint rows)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
        }

        public static Vector512<T> Apply<T>(Vector512<T> v, Vector512<T> max, Vector512<T> rest)
            where T : unmanaged
            => v;
    }

    private readonly struct Scaling : ILastStep
    {
        public static bool IsNone => false;

        public static bool NeedsTerms => true;

        public static void Prepare<T>(T* sums, nint rows)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (nint i = 0; i < rows; i++)
            {
                sums[i] = T.One / sums[i];
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<T> Apply<T>(Vector512<T> v, Vector512<T> max, Vector512<T> rest)
            where T : unmanaged
            => v * rest;
    }

    private readonly struct Shifting : ILastStep
    {
        public static bool IsNone => false;

        public static bool NeedsTerms => false;

        public static void Prepare<T>(T* sums, nint rows)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => RowMath.Log(sums, rows);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<T> Apply<T>(Vector512<T> v, Vector512<T> max, Vector512<T> rest)
            where T : unmanaged
            => v - max - rest;
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Places of extreme elements, the first of equals; a NaN beats all numbers. No rounding: the order is free.</summary>
internal static unsafe class ArgExtreme
{
    private const int Columns = 256;

    /// <summary>One place for each row of adjacent elements.</summary>
    public static void Rows<T>(T* x, int n, Tensor y, bool largest)
        where T : unmanaged, INumber<T>
    {
        int rowsPerPart = Math.Max(1, 16384 / n);
        Scheduler.For(
            checked((int)((y.Count + rowsPerPart - 1) / rowsPerPart)),
            new RowJob<T> { X = x, Y = (long*)y.Pointer, N = n, Rows = y.Count, RowsPerPart = rowsPerPart, Largest = largest });
    }

    /// <summary>One place for each column of contiguous <paramref name="x"/> along an axis that is not the last.</summary>
    public static void Down<T>(Tensor x, Tensor y, int axis, bool largest)
        where T : unmanaged, INumber<T>
    {
        int inner = 1;
        foreach (int d in x.Shape.Dims[(axis + 1)..])
        {
            inner *= d;
        }

        int groups = (inner + Columns - 1) / Columns;
        Scheduler.For(
            checked((int)(y.Count / inner * groups)),
            new ColumnJob<T> { X = (T*)x.Pointer, Y = (long*)y.Pointer, N = x.Shape[axis], Inner = inner, Groups = groups, Largest = largest });
    }

    // Where x goes before best.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Better<T>(Vector512<T> x, Vector512<T> best, bool largest)
        where T : unmanaged
    {
        var ahead = largest ? Vector512.GreaterThan(x, best) : Vector512.LessThan(x, best);
        return typeof(T) == typeof(float) || typeof(T) == typeof(double)
            ? ahead | (Vector512.Equals(best, best) & ~Vector512.Equals(x, x))
            : ahead;
    }

    private struct RowJob<T> : IJob
        where T : unmanaged, INumber<T>
    {
        public T* X;
        public long* Y;
        public int N;
        public long Rows;
        public int RowsPerPart;
        public bool Largest;

        public readonly void Run(int index)
        {
            long end = Math.Min(Rows, ((long)index + 1) * RowsPerPart);
            for (long row = (long)index * RowsPerPart; row < end; row++)
            {
                T* x = X + (row * N);
                Y[row] = N < 2 * Vector512<T>.Count ? Few(x) : Find(x, Largest ? Extreme<Larger<T>>(x) : Extreme<Smaller<T>>(x));
            }
        }

        private readonly int Few(T* x)
        {
            int best = 0;
            for (int i = 1; i < N && !T.IsNaN(x[best]); i++)
            {
                bool better = Largest ? x[i] > x[best] : x[i] < x[best];
                best = better || T.IsNaN(x[i]) ? i : best;
            }

            return best;
        }

        // The extreme value, NaN if there is any.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly T Extreme<TLanes>(T* x)
            where TLanes : struct, IBinaryLanes<T>
        {
            int w = Vector512<T>.Count;
            nint n = N;
            var one = Vector512.Load(x + n - w);
            var two = one;
            var numbers = Vector512.Equals(one, one);
            nint i = 0;
            for (; i < n - (2 * w); i += 2 * w)
            {
                var (a, b) = (Vector512.Load(x + i), Vector512.Load(x + i + w));
                one = TLanes.Apply(one, a);
                two = TLanes.Apply(two, b);
                numbers &= Vector512.Equals(a, a) & Vector512.Equals(b, b);
            }

            var left = Vector512.Load(x + Math.Min(i, n - w));
            one = TLanes.Apply(TLanes.Apply(one, left), two);
            numbers &= Vector512.Equals(left, left);
            if ((typeof(T) == typeof(float) || typeof(T) == typeof(double)) && numbers.AsUInt64() != Vector512<ulong>.AllBitsSet)
            {
                return T.CreateTruncating(double.NaN);
            }

            return LaneMath.Fold<T, TLanes>(one);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly int Find(T* x, T value)
        {
            int w = Vector512<T>.Count;
            bool isNaN = T.IsNaN(value);
            var wanted = Vector512.Create(value);
            nint i = 0;
            for (; i <= N - w; i += w)
            {
                var v = Vector512.Load(x + i);
                ulong found = (isNaN ? ~Vector512.Equals(v, v) : Vector512.Equals(v, wanted)).ExtractMostSignificantBits();
                if (found != 0)
                {
                    return (int)i + BitOperations.TrailingZeroCount(found);
                }
            }

            while (isNaN ? !T.IsNaN(x[i]) : x[i] != value)
            {
                i++;
            }

            return (int)i;
        }
    }

    private struct ColumnJob<T> : IJob
        where T : unmanaged, INumber<T>
    {
        public T* X;
        public long* Y;
        public int N;
        public int Inner;
        public int Groups;
        public bool Largest;

        [SkipLocalsInit]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index)
        {
            nint outer = index / Groups;
            int from = index % Groups * Columns;
            int n = Math.Min(Columns, Inner - from);
            T* best = stackalloc T[Columns];
            T* places = stackalloc T[Columns];
            T* x = X + (outer * N * Inner) + from;
            new Span<T>(x, n).CopyTo(new Span<T>(best, n));
            new Span<T>(places, n).Clear();
            for (int row = 1; row < N; row++)
            {
                x += Inner;
                Row(x, best, places, row, n);
            }

            long* y = Y + (outer * Inner) + from;
            for (int i = 0; i < n; i++)
            {
                y[i] = sizeof(T) == 4 ? ((int*)places)[i] : ((long*)places)[i];
            }
        }

        // Places are kept as integers in lanes of the element's size.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Row(T* x, T* best, T* places, int row, nint n)
        {
            var here = sizeof(T) == 4 ? Vector512.Create(row).As<int, T>() : Vector512.Create((long)row).As<long, T>();
            int w = Vector512<T>.Count;
            nint i = 0;
            for (; i <= n - w; i += w)
            {
                var (v, b) = (Vector512.Load(x + i), Vector512.Load(best + i));
                var better = Better(v, b, Largest);
                Vector512.ConditionalSelect(better, v, b).Store(best + i);
                Vector512.ConditionalSelect(better, here, Vector512.Load(places + i)).Store(places + i);
            }

            if (i < n)
            {
                var (v, b) = (Tail.Load(x + i, n - i), Tail.Load(best + i, n - i));
                var better = Better(v, b, Largest);
                Tail.Store(Vector512.ConditionalSelect(better, v, b), best + i, n - i);
                Tail.Store(Vector512.ConditionalSelect(better, here, Tail.Load(places + i, n - i)), places + i, n - i);
            }
        }
    }

    private readonly struct Larger<T> : IBinaryLanes<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => Vector512.MaxNative(x, y);
    }

    private readonly struct Smaller<T> : IBinaryLanes<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => Vector512.MinNative(x, y);
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Reductions with an order that depends on shapes and strides only. Rows (reduced elements adjacent): four vectors of
/// lanes over blocks of <see cref="Block"/>, folded in a fixed order, block results combined in index order; of fewer than
/// <see cref="Short"/> elements one ascending chain. Columns (kept
/// elements adjacent): one ascending chain per block of <see cref="Block"/> rows, block results combined in index order.
/// </summary>
internal static unsafe class Reduce
{
    private const int Block = 4096;
    private const int BlocksPerPart = 16;
    private const int Columns = 512;

    // Bytes that stay in a core's own cache while strips of columns are read one after the other.
    private const long Near = 1 << 18;

    // Rows of fewer elements are one ascending chain each.
    private const int Short = 8;

    // Vectors: what the processor reads ahead by itself comes too late from the cache that cores share.
    private const int Ahead = 16;

    /// <summary>Combines the elements of <paramref name="x"/> over the marked axes into contiguous <paramref name="y"/>.</summary>
    public static void Run<T, TLanes>(Tensor x, Tensor y, bool[] reduced, T identity)
        where T : unmanaged
        where TLanes : struct, IBinaryLanes<T>
    {
        if (y.Count == 0)
        {
            return;
        }

        if (x.Count == 0)
        {
            new Span<T>(y.Pointer, (int)y.Count).Fill(identity);
            return;
        }

        Span<int> order = stackalloc int[x.Rank];
        int kept = Loop.UnmarkedFirst(reduced, order);
        Span<int> dims = stackalloc int[order.Length], strides = stackalloc int[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            (dims[i], strides[i]) = (x.Shape[order[i]], x.Strides[order[i]]);
        }

        var keptLoop = Loop.InOrder(dims[..kept], strides[..kept]);
        Span<int> distances = stackalloc int[order.Length - kept];
        Loop.Distances(strides[kept..], distances);
        var goneLoop = Loop.Plan(dims[kept..], distances, strides[kept..], default, default);
        bool rows = goneLoop.Rank == 0 || (goneLoop.Rank == 1 && goneLoop.InnerStride(1) == 1);
        bool columns = keptLoop.Rank > 0 && keptLoop.InnerStride(1) == 1;
        if (!rows && !columns)
        {
            // Neither side is adjacent: lay it out as [kept, reduced] first.
            byte* plain = (byte*)Memory.Allocate(x.Count * sizeof(T), out long bytes);
            StridedCopy.ToRowMajor(x.Pointer, dims, strides, sizeof(T), plain);
            Shape.RowMajorStrides(dims, strides);
            RunRows<T, TLanes>((T*)plain, y, Loop.InOrder(dims[..kept], strides[..kept]), x.Count / y.Count, identity);
            Memory.Return(plain, bytes);
        }
        else if (rows)
        {
            RunRows<T, TLanes>((T*)x.Pointer, y, keptLoop, x.Count / y.Count, identity);
        }
        else
        {
            RunColumns<T, TLanes>(x, y, keptLoop, goneLoop, identity);
        }
    }

    private static void RunRows<T, TLanes>(T* x, Tensor y, Loop kept, long n, T identity)
        where T : unmanaged
        where TLanes : struct, IBinaryLanes<T>
    {
        long rows = y.Count;
        int blocks = checked((int)((n + Block - 1) / Block));
        if (blocks == 1)
        {
            int rowsPerPart = (int)Math.Max(1, 16384 / n);
            Scheduler.For(
                checked((int)((rows + rowsPerPart - 1) / rowsPerPart)),
                new RowJob<T, TLanes> { X = x, Y = (T*)y.Pointer, Kept = kept, Rows = rows, N = n, RowsPerPart = rowsPerPart, Blocks = 1, Identity = identity });
            return;
        }

        long size = rows * blocks;
        var partial = (T*)Memory.Allocate(size * sizeof(T), out long bytes);
        Scheduler.For(
            checked((int)((size + BlocksPerPart - 1) / BlocksPerPart)),
            new RowJob<T, TLanes> { X = x, Y = partial, Kept = kept, Rows = rows, N = n, RowsPerPart = 1, Blocks = blocks, Identity = identity });
        T* result = (T*)y.Pointer;
        for (long r = 0; r < rows; r++)
        {
            T sum = partial[r * blocks];
            for (int b = 1; b < blocks; b++)
            {
                sum = One<T, TLanes>(sum, partial[(r * blocks) + b]);
            }

            result[r] = sum;
        }

        Memory.Return(partial, bytes);
    }

    private static void RunColumns<T, TLanes>(Tensor x, Tensor y, Loop kept, Loop gone, T identity)
        where T : unmanaged
        where TLanes : struct, IBinaryLanes<T>
    {
        int inner = kept.Inner;
        int groups = (inner + Columns - 1) / Columns;
        Scheduler.For(
            checked((int)(kept.Outer * groups)),
            new ColumnJob<T, TLanes> { X = (T*)x.Pointer, Y = (T*)y.Pointer, Kept = kept, Gone = gone, Groups = groups, Identity = identity });
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T One<T, TLanes>(T a, T b)
        where T : unmanaged
        where TLanes : struct, IBinaryLanes<T>
        => TLanes.Apply(Vector512.Create(a), Vector512.Create(b)).ToScalar();

    private struct RowJob<T, TLanes> : IJob
        where T : unmanaged
        where TLanes : struct, IBinaryLanes<T>
    {
        public T* X;
        public T* Y;
        public Loop Kept;
        public long Rows;
        public long N;
        public int RowsPerPart;
        public int Blocks;
        public T Identity;

        public readonly void Run(int index)
        {
            if (Blocks > 1)
            {
                long first = (long)index * BlocksPerPart;
                long last = Math.Min(Rows * Blocks, first + BlocksPerPart);
                long row = first / Blocks, place = first % Blocks;
                T* x = Row(row);
                for (long block = first; block < last; block++, place++)
                {
                    if (place == Blocks)
                    {
                        (row, place) = (row + 1, 0);
                        x = Row(row);
                    }

                    long from = place * Block;
                    Y[block] = Sum(x + from, (nint)Math.Min(Block, N - from), Identity);
                }

                return;
            }

            long end = Math.Min(Rows, ((long)index + 1) * RowsPerPart);
            if (N < Short)
            {
                for (long row = (long)index * RowsPerPart; row < end;)
                {
                    nint count = (nint)Math.Min(end - row, Kept.Inner - (row % Kept.Inner));
                    ShortRows(Row(row), Kept.InnerStride(1), Y + row, count);
                    row += count;
                }

                return;
            }

            if (Kept.Rank <= 1)
            {
                nint step = Kept.InnerStride(1);
                for (long row = (long)index * RowsPerPart; row < end; row++)
                {
                    Y[row] = Sum(X + ((nint)row * step), (nint)N, Identity);
                }

                return;
            }

            for (long row = (long)index * RowsPerPart; row < end; row++)
            {
                Y[row] = Sum(Row(row), (nint)N, Identity);
            }
        }

        // A chain each: folding a vector of lanes that are mostly empty would take longer.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void ShortRows(T* x, nint step, T* y, nint count)
        {
            for (nint row = 0; row < count; row++)
            {
                var sum = Vector512.CreateScalarUnsafe(*x);
                for (nint i = 1; i < (nint)N; i++)
                {
                    sum = TLanes.Apply(sum, Vector512.CreateScalarUnsafe(x[i]));
                }

                y[row] = sum.ToScalar();
                x += step;
            }
        }

        // Results are contiguous in the kept axes' order, so result `row` belongs to inner index row % Inner of run row / Inner.
        private readonly T* Row(long row)
        {
            int inner = Kept.Inner;
            return X + Kept.RowOffset(row / inner, 1) + (row % inner * (nint)Kept.InnerStride(1));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static T Sum(T* p, nint n, T identity)
        {
            int w = Vector512<T>.Count;
            var id = Vector512.Create(identity);
            Vector512<T> s0 = id, s1 = id, s2 = id, s3 = id;
            nint i = 0;
            for (; i <= n - (4 * w); i += 4 * w)
            {
                CacheLines.FetchNear(p + i + (Ahead * w));
                CacheLines.FetchNear(p + i + ((Ahead + 1) * w));
                CacheLines.FetchNear(p + i + ((Ahead + 2) * w));
                CacheLines.FetchNear(p + i + ((Ahead + 3) * w));
                s0 = TLanes.Apply(s0, Vector512.Load(p + i));
                s1 = TLanes.Apply(s1, Vector512.Load(p + i + w));
                s2 = TLanes.Apply(s2, Vector512.Load(p + i + (2 * w)));
                s3 = TLanes.Apply(s3, Vector512.Load(p + i + (3 * w)));
            }

            for (; i <= n - w; i += w)
            {
                s0 = TLanes.Apply(s0, Vector512.Load(p + i));
            }

            if (i < n)
            {
                s0 = TLanes.Apply(s0, Vector512.ConditionalSelect(Tail.First<T>(n - i), Tail.Load(p + i, n - i), id));
            }

            return LaneMath.Fold<T, TLanes>(TLanes.Apply(TLanes.Apply(s0, s1), TLanes.Apply(s2, s3)));
        }
    }

    private struct ColumnJob<T, TLanes> : IJob
        where T : unmanaged
        where TLanes : struct, IBinaryLanes<T>
    {
        public T* X;
        public T* Y;
        public Loop Kept;
        public Loop Gone;
        public int Groups;
        public T Identity;

        [SkipLocalsInit]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index)
        {
            long row = index / Groups;
            int from = index % Groups * Columns;
            int n = Math.Min(Columns, Kept.Inner - from);
            T* x = X + Kept.RowOffset(row, 1) + from;
            T* y = Y + (row * Kept.Inner) + from;
            long outer = Gone.Outer;
            int inner = Gone.Inner;
            nint step = Gone.InnerStride(1);
            long done = 0, count = outer * inner;
            if (outer == 1 && inner <= Block && (long)inner * n * sizeof(T) <= Near)
            {
                Strips(x, step, y, n, inner, Identity);
                return;
            }

            T* total = stackalloc T[Columns];
            T* chain = stackalloc T[Columns];
            bool first = true;
            new Span<T>(chain, n).Fill(Identity);
            for (long o = 0; o < outer; o++)
            {
                T* p = x + Gone.RowOffset(o, 1);
                for (int i = 0; i < inner; i++)
                {
                    Combine(chain, p, n);
                    p += step;
                    if (++done % Block == 0 || done == count)
                    {
                        if (first)
                        {
                            new Span<T>(chain, n).CopyTo(new Span<T>(total, n));
                            first = false;
                        }
                        else
                        {
                            Combine(total, chain, n);
                        }

                        new Span<T>(chain, n).Fill(Identity);
                    }
                }
            }

            new Span<T>(total, n).CopyTo(new Span<T>(y, n));
        }

        // A few vectors of columns from the first row to the last, in registers: the same chain.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Strips(T* x, nint step, T* y, nint n, int rows, T identity)
        {
            int w = Vector512<T>.Count;
            nint j = 0;
            for (; j <= n - (4 * w); j += 4 * w)
            {
                var s0 = Vector512.Create(identity);
                var (s1, s2, s3) = (s0, s0, s0);
                T* p = x + j;
                for (int i = 0; i < rows; i++)
                {
                    s0 = TLanes.Apply(s0, Vector512.Load(p));
                    s1 = TLanes.Apply(s1, Vector512.Load(p + w));
                    s2 = TLanes.Apply(s2, Vector512.Load(p + (2 * w)));
                    s3 = TLanes.Apply(s3, Vector512.Load(p + (3 * w)));
                    p += step;
                }

                s0.Store(y + j);
                s1.Store(y + j + w);
                s2.Store(y + j + (2 * w));
                s3.Store(y + j + (3 * w));
            }

            for (; j < n; j += w)
            {
                var s = Vector512.Create(identity);
                T* p = x + j;
                for (int i = 0; i < rows; i++)
                {
                    s = TLanes.Apply(s, Tail.Load(p, n - j));
                    p += step;
                }

                Tail.Store(s, y + j, n - j);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Combine(T* a, T* b, nint n)
        {
            int w = Vector512<T>.Count;
            nint i = 0;
            for (; i <= n - w; i += w)
            {
                TLanes.Apply(Vector512.Load(a + i), Vector512.Load(b + i)).Store(a + i);
            }

            if (i < n)
            {
                Tail.Store(TLanes.Apply(Tail.Load(a + i, n - i), Tail.Load(b + i, n - i)), a + i, n - i);
            }
        }
    }
}

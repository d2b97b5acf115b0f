using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>What surrounds the products of an affine map: a row added to all rows, the rectifier, and the gradients of both.</summary>
internal static unsafe class RowBias
{
    private const int Chunk = 32768;
    private const int Block = 1024;

    /// <summary>Adds a row (or none) to every row and rectifies, in place.</summary>
    public static void Add<T>(T* y, T* bias, int rows, int columns, bool rectify)
        where T : unmanaged
    {
        if (rows == 0 || columns == 0)
        {
            return;
        }

        int rowsPerPart = Math.Max(1, Chunk / columns);
        Scheduler.For(
            (rows + rowsPerPart - 1) / rowsPerPart,
            new AddJob<T> { Y = y, Bias = bias, Rows = rows, Columns = columns, RowsPerPart = rowsPerPart, Rectify = rectify });
    }

    /// <summary>
    /// Lets <paramref name="g"/> through to <paramref name="slope"/> where <paramref name="y"/> is not 0 or below (unless
    /// it is null: then nothing is written), and sums what came through over rows into <paramref name="sum"/> (unless null):
    /// blocks of 1024 rows, each one ascending chain, in index order.
    /// </summary>
    public static void Gradient<T>(T* g, T* y, T* slope, T* sum, int rows, int columns)
        where T : unmanaged
    {
        if (columns == 0)
        {
            return;
        }

        int blocks = Math.Max(1, (rows + Block - 1) / Block);
        int width = 4 * Vector512<T>.Count;
        int groups = (columns + width - 1) / width;
        long bytes = 0;
        T* partial = blocks == 1 || sum is null ? sum : (T*)Memory.Allocate((long)blocks * columns * sizeof(T), out bytes);
        var job = new GradientJob<T> { G = g, Y = y, Slope = slope, Sums = partial, Rows = rows, Columns = columns, Groups = groups };
        For(groups * blocks, job, (long)rows * columns);
        if (bytes > 0)
        {
            for (nint j = 0; j < columns; j += Vector512<T>.Count)
            {
                var total = Tail.Load(partial + j, columns - j);
                for (int b = 1; b < blocks; b++)
                {
                    total += Tail.Load(partial + ((nint)b * columns) + j, columns - j);
                }

                Tail.Store(total, sum + j, columns - j);
            }

            Memory.Return(partial, bytes);
        }
    }

    // Less than one part's work is done before a second core has joined.
    private static void For<T>(int parts, in GradientJob<T> job, long elements)
        where T : unmanaged
    {
        if (elements > Chunk)
        {
            Scheduler.For(parts, job);
            return;
        }

        for (int i = 0; i < parts; i++)
        {
            job.Run(i);
        }
    }

    private struct AddJob<T> : IJob
        where T : unmanaged
    {
        public T* Y;
        public T* Bias;
        public int Rows;
        public int Columns;
        public int RowsPerPart;
        public bool Rectify;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index)
        {
            int from = index * RowsPerPart, to = Math.Min(Rows, from + RowsPerPart);
            int w = Vector512<T>.Count;
            for (int row = from; row < to; row++)
            {
                T* y = Y + ((nint)row * Columns);
                nint j = 0;
                for (; j <= Columns - w; j += w)
                {
                    var v = Vector512.Load(y + j);
                    v = Bias is null ? v : v + Vector512.Load(Bias + j);
                    v = Rectify ? Vector512.Max(v, Vector512<T>.Zero) : v;
                    v.Store(y + j);
                }

                if (j < Columns)
                {
                    var v = Tail.Load(y + j, Columns - j);
                    v = Bias is null ? v : v + Tail.Load(Bias + j, Columns - j);
                    v = Rectify ? Vector512.Max(v, Vector512<T>.Zero) : v;
                    Tail.Store(v, y + j, Columns - j);
                }
            }
        }
    }

    private struct GradientJob<T> : IJob
        where T : unmanaged
    {
        public T* G;
        public T* Y;
        public T* Slope;
        public T* Sums;
        public int Rows;
        public int Columns;
        public int Groups;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index)
        {
            int w = Vector512<T>.Count;
            int block = index / Groups;
            int from = index % Groups * 4 * w;
            int end = Math.Min(Columns, from + (4 * w));
            int first = block * Block, last = Math.Min(Rows, first + Block);
            nint total = (nint)Rows * Columns;
            for (nint j = from; j < end; j += w)
            {
                nint left = Columns - j;
                nint offset = ((nint)first * Columns) + j;
                var sum = Vector512<T>.Zero;
                for (int row = first; row < last; row++, offset += Columns)
                {
                    // Lanes past the row's end hold the next row's elements and are not stored.
                    nint there = offset + w <= total ? w : left;
                    var v = Tail.Load(G + offset, there);
                    if (Y is not null)
                    {
                        var y = Tail.Load(Y + offset, there);
                        v = Vector512.ConditionalSelect(Vector512.LessThanOrEqual(y, Vector512<T>.Zero), Vector512<T>.Zero, v);
                        Tail.Store(v, Slope + offset, left);
                    }

                    sum += v;
                }

                if (Sums is not null)
                {
                    Tail.Store(sum, Sums + ((nint)block * Columns) + j, left);
                }
            }
        }
    }
}

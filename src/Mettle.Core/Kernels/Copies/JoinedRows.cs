using System.Runtime.CompilerServices;

namespace Mettle;

/// <summary>
/// Tensors in row-major order joined along an axis that is not the first, row by row of the result: memory is written in one
/// stream, not once more for each tensor with gaps between.
/// </summary>
internal static unsafe class JoinedRows
{
    private const long PartBytes = 1 << 17;

    /// <summary>Whether there are rows, and none so long that it wants to be shared out itself.</summary>
    public static bool Fits(ReadOnlySpan<Tensor> sources, Tensor target, int axis)
    {
        foreach (var x in sources)
        {
            if (!x.IsContiguous)
            {
                return false;
            }
        }

        long rows = Rows(target, axis);
        return target.IsContiguous && rows > 1 && target.Spec.Bytes / rows <= PartBytes;
    }

    /// <summary>Copies.</summary>
    public static void Run(ReadOnlySpan<Tensor> sources, Tensor target, int axis)
    {
        long rows = Rows(target, axis);
        var pieces = (Piece*)Memory.Allocate((long)sources.Length * sizeof(Piece), out long size);
        for (int i = 0; i < sources.Length; i++)
        {
            pieces[i] = new() { From = sources[i].Pointer, Bytes = sources[i].Spec.Bytes / rows };
        }

        long row = target.Spec.Bytes / rows, perPart = Math.Max(1, PartBytes / Math.Max(1, row));
        int parts = checked((int)((rows + perPart - 1) / perPart)), element = target.DType.Size();
        bool single = row == (long)sources.Length * element;
        for (int i = 0; i < sources.Length; i++)
        {
            single &= pieces[i].Bytes == element;
        }

        if (single && element == 4)
        {
            Scheduler.For(parts, new SingleJob<uint> { Pieces = pieces, Count = sources.Length, Target = (uint*)target.Pointer, Rows = rows, RowsPerPart = perPart });
        }
        else if (single && element == 8)
        {
            Scheduler.For(parts, new SingleJob<ulong> { Pieces = pieces, Count = sources.Length, Target = (ulong*)target.Pointer, Rows = rows, RowsPerPart = perPart });
        }
        else
        {
            Scheduler.For(parts, new Job { Pieces = pieces, Count = sources.Length, Target = target.Pointer, Row = row, Rows = rows, RowsPerPart = perPart });
        }

        Memory.Return(pieces, size);
    }

    private static long Rows(Tensor target, int axis)
    {
        long rows = 1;
        for (int i = 0; i < axis; i++)
        {
            rows *= target.Shape[i];
        }

        return rows;
    }

    private struct Piece
    {
        public byte* From;
        public long Bytes;
    }

    private struct Job : IJob
    {
        public Piece* Pieces;
        public int Count;
        public byte* Target;
        public long Row;
        public long Rows;
        public long RowsPerPart;

        public readonly void Run(int index)
        {
            long from = index * RowsPerPart, to = Math.Min(Rows, from + RowsPerPart);
            byte* target = Target + (from * Row);
            for (long row = from; row < to; row++)
            {
                for (int i = 0; i < Count; i++)
                {
                    long bytes = Pieces[i].Bytes;
                    Buffer.MemoryCopy(Pieces[i].From + (row * bytes), target, bytes, bytes);
                    target += bytes;
                }
            }
        }
    }

    // Pieces of one element each: a transpose, in blocks of rows that stay in the nearest cache.
    private struct SingleJob<T> : IJob
        where T : unmanaged
    {
        private const int Together = 256;

        public Piece* Pieces;
        public int Count;
        public T* Target;
        public long Rows;
        public long RowsPerPart;

        public readonly void Run(int index)
        {
            long end = Math.Min(Rows, (index + 1) * RowsPerPart);
            for (long row = index * RowsPerPart; row < end; row += Together)
            {
                nint rows = (nint)Math.Min(end - row, Together);
                for (int i = 0; i < Count; i++)
                {
                    Spread((T*)Pieces[i].From + row, Target + (row * Count) + i, Count, rows);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Spread(T* from, T* to, nint step, nint rows)
        {
            for (nint i = 0; i < rows; i++)
            {
                *to = from[i];
                to += step;
            }
        }
    }
}

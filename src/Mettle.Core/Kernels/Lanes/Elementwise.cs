using System.Runtime.CompilerServices;

namespace Mettle;

/// <summary>
/// Drives a flat kernel over operands of any strides: whole arrays where memory orders agree, else run by run, with
/// operands of odd stride gathered into a small buffer first.
/// </summary>
internal static unsafe class Elementwise
{
    private const int Chunk = 32768;
    private const int LargestNestChunk = 262144;
    private const int Stage = 1024;

    /// <summary>Runs <typeparamref name="TKernel"/> over equal-shaped operands into <paramref name="y"/>.</summary>
    public static void Run<TKernel>(Tensor y, Tensor a, Tensor? b = null, Tensor? c = null)
        where TKernel : struct, IFlatKernel
    {
        if (y.Storage.Note is { } note)
        {
            note.Take<TKernel>(a, b, c);
            return;
        }

        if (y.Count == 0)
        {
            return;
        }

        int scalars = OperandScalars(y, a, b, c);
        if (scalars >= 0)
        {
            RunFlat<TKernel>(y, a, b, c, scalars);
        }
        else
        {
            RunNest<TKernel>(y, a, b, c);
        }
    }

    /// <summary>
    /// Memory order for the result of an elementwise op: that of the first operand that fills its shape densely, else of the first
    /// that has gaps but repeats nothing.
    /// </summary>
    public static int[] ResultStrides(ReadOnlySpan<Tensor> inputs, Shape shape)
    {
        Tensor? gaps = null;
        foreach (var t in inputs)
        {
            if (t.Shape == shape && !t.IsContiguous)
            {
                if (t.IsDense)
                {
                    return t.Strides;
                }

                gaps ??= t.IsRepeated ? null : t;
            }

            if (t.IsContiguous && t.Shape == shape && shape.Count > 1)
            {
                return shape.RowMajorStrides();
            }
        }

        return gaps is null ? shape.RowMajorStrides() : Loop.DenseStrides(shape, gaps.Strides);
    }

    // Operands in the result's own dense order or a single value for all: the whole is one run. Bit i: operand i is a single
    // value; -1: some operand is neither.
    private static int OperandScalars(Tensor y, Tensor a, Tensor? b, Tensor? c)
    {
        if (!y.IsDense)
        {
            return -1;
        }

        int one = OperandScalar(y, a);
        int two = b is null ? 0 : OperandScalar(y, b);
        int three = c is null ? 0 : OperandScalar(y, c);
        return (one | two | three) < 0 ? -1 : one | (two << 1) | (three << 2);
    }

    /// <summary>0: the operand lies as the result does; 1: it is a single value; -1: neither.</summary>
    public static int OperandScalar(Tensor y, Tensor x)
    {
        if ((y.IsContiguous && x.IsContiguous) || x.Strides.AsSpan().SequenceEqual(y.Strides))
        {
            return 0;
        }

        for (int i = 0; i < x.Rank; i++)
        {
            if (x.Strides[i] != 0 && x.Shape[i] != 1)
            {
                return -1;
            }
        }

        return 1;
    }

    private static void RunFlat<TKernel>(Tensor y, Tensor a, Tensor? b, Tensor? c, int scalars)
        where TKernel : struct, IFlatKernel
    {
        long count = y.Count;
        byte* pb = b is null ? null : b.Pointer;
        byte* pc = c is null ? null : c.Pointer;
        if (count <= Chunk)
        {
            TKernel.Run(y.Pointer, a.Pointer, pb, pc, (nint)count, scalars);
            return;
        }

        Scheduler.For((int)((count + Chunk - 1) / Chunk), new FlatJob<TKernel>
        {
            Y = y.Pointer,
            A = a.Pointer,
            B = pb,
            C = pc,
            YStep = Chunk * y.DType.Size(),
            AStep = (scalars & 1) != 0 ? 0 : Chunk * a.DType.Size(),
            BStep = b is null || (scalars & 2) != 0 ? 0 : Chunk * b.DType.Size(),
            CStep = c is null || (scalars & 4) != 0 ? 0 : Chunk * c.DType.Size(),
            Count = count,
            Scalars = scalars,
        });
    }

    private static void RunNest<TKernel>(Tensor y, Tensor a, Tensor? b, Tensor? c)
        where TKernel : struct, IFlatKernel
    {
        var job = new Job<TKernel>
        {
            Loop = Loop.Plan(y.Shape.Dims, y.Strides, a.Strides, b is null ? default : b.Strides, c is null ? default : c.Strides),
            Y = y.Pointer,
            A = a.Pointer,
            B = b is null ? null : b.Pointer,
            C = c is null ? null : c.Pointer,
            YSize = y.DType.Size(),
            ASize = a.DType.Size(),
            BSize = b?.DType.Size() ?? 0,
            CSize = c?.DType.Size() ?? 0,
        };
        Start(job);
    }

    /// <summary>Runs a kernel of one operand over a loop whose operands 0 and 1 are result and operand; sizes in bytes.</summary>
    public static void Run<TKernel>(in Loop loop, byte* y, byte* a, int size)
        where TKernel : struct, IFlatKernel
        => Start(new Job<TKernel> { Loop = loop, Y = y, A = a, YSize = size, ASize = size });

    private static void Start<TKernel>(Job<TKernel> job)
        where TKernel : struct, IFlatKernel
    {
        int inner = job.Loop.Inner;
        long outer = job.Loop.Outer;
        job.PartsPerRow = (inner + Chunk - 1) / Chunk;
        // Memory stands idle for a moment at the start of a part.
        long chunk = Math.Clamp(outer * inner / (4 * Scheduler.Threads), Chunk, LargestNestChunk);
        job.RowsPerPart = (int)Math.Max(1, chunk / inner);
        job.Rows = outer;
        long parts = job.PartsPerRow > 1 ? outer * job.PartsPerRow : (outer + job.RowsPerPart - 1) / job.RowsPerPart;
        Scheduler.For(checked((int)parts), job);
    }

    private struct FlatJob<TKernel> : IJob
        where TKernel : struct, IFlatKernel
    {
        public byte* Y;
        public byte* A;
        public byte* B;
        public byte* C;
        public nint YStep;
        public nint AStep;
        public nint BStep;
        public nint CStep;
        public long Count;
        public int Scalars;

        public readonly void Run(int index)
        {
            nint n = (nint)Math.Min(Chunk, Count - ((long)index * Chunk));
            TKernel.Run(Y + (index * YStep), A + (index * AStep), B + (index * BStep), C + (index * CStep), n, Scalars);
        }
    }

    private struct Job<TKernel> : IJob
        where TKernel : struct, IFlatKernel
    {
        public Loop Loop;
        public byte* Y;
        public byte* A;
        public byte* B;
        public byte* C;
        public int YSize;
        public int ASize;
        public int BSize;
        public int CSize;
        public int PartsPerRow;
        public int RowsPerPart;
        public long Rows;

        [SkipLocalsInit]
        public void Run(int index)
        {
            byte* stage = stackalloc byte[4 * Stage * 8];
            int inner = Loop.Inner;
            if (PartsPerRow > 1)
            {
                long row = index / PartsPerRow;
                int from = (int)(index % PartsPerRow) * Chunk;
                Row(Place(row, from), Math.Min(Chunk, inner - from), stage);
                return;
            }

            long first = (long)index * RowsPerPart;
            long end = Math.Min(Rows, first + RowsPerPart);
            int middle = Loop.Middle;
            while (first < end)
            {
                int rows = (int)Math.Min(end - first, middle - (first % middle));
                RowsOfMiddle(Place(first, 0), rows, stage);
                first += rows;
            }
        }

        private readonly Places Place(long row, int from) => new()
        {
            Y = Y + ((Loop.RowOffset(row, 0) + (from * (nint)Loop.InnerStride(0))) * YSize),
            A = A + ((Loop.RowOffset(row, 1) + (from * (nint)Loop.InnerStride(1))) * ASize),
            B = B is null ? null : B + ((Loop.RowOffset(row, 2) + (from * (nint)Loop.InnerStride(2))) * BSize),
            C = C is null ? null : C + ((Loop.RowOffset(row, 3) + (from * (nint)Loop.InnerStride(3))) * CSize),
        };

        // Rows that follow each other along the last axis but one.
        private readonly void RowsOfMiddle(Places at, int rows, byte* stage)
        {
            int inner = Loop.Inner;
            if (rows > 1 && inner <= Stage / 4 && IsSide(0) && IsSideOrRepeated(1) && IsSideOrRepeated(2) && IsSideOrRepeated(3))
            {
                Tiled(at, rows, stage);
                return;
            }

            nint y = (nint)Loop.MiddleStride(0) * YSize, a = (nint)Loop.MiddleStride(1) * ASize;
            nint b = (nint)Loop.MiddleStride(2) * BSize, c = (nint)Loop.MiddleStride(3) * CSize;
            bool plain = IsPlain() && inner > 1;
            int scalars = Scalars();
            for (int i = 0; i < rows; i++)
            {
                if (plain)
                {
                    TKernel.Run(at.Y, at.A, at.B, at.C, inner, scalars);
                }
                else
                {
                    Row(at, inner, stage);
                }

                at.Y += y;
                at.A += a;
                at.B += b;
                at.C += c;
            }
        }

        // No operand has gaps along a run.
        private readonly bool IsPlain()
            => Loop.InnerStride(0) == 1 && Loop.InnerStride(1) is 0 or 1 && Loop.InnerStride(2) is 0 or 1 && Loop.InnerStride(3) is 0 or 1;

        private readonly bool IsSide(int operand) => Loop.InnerStride(operand) == 1 && Loop.MiddleStride(operand) == Loop.Inner;

        private readonly bool IsSideOrRepeated(int operand)
            => Loop.MiddleStride(operand) == 0 ? Loop.InnerStride(operand) is 0 or 1 : IsSide(operand);

        // Short rows side by side: those that repeat are laid out a few times, so that the kernel sees long runs.
        private readonly void Tiled(Places at, int rows, byte* stage)
        {
            int inner = Loop.Inner;
            int tile = Math.Min(rows, Stage / inner);
            nint a = Repeat(1, ref at.A, ASize, tile, stage);
            nint b = Repeat(2, ref at.B, BSize, tile, stage + (Stage * 8));
            nint c = Repeat(3, ref at.C, CSize, tile, stage + (2 * Stage * 8));
            int scalars = Scalars();
            for (int done = 0; done < rows; done += tile)
            {
                int n = Math.Min(tile, rows - done) * inner;
                TKernel.Run(at.Y, at.A, at.B, at.C, n, scalars);
                at.Y += n * YSize;
                at.A += n * a;
                at.B += n * b;
                at.C += n * c;
            }
        }

        // Bytes that the operand steps by per element of a run; 0 if every tile reads the same.
        private readonly nint Repeat(int operand, ref byte* from, int size, int tile, byte* stage)
        {
            if (from is null || Loop.MiddleStride(operand) != 0)
            {
                return size;
            }

            if (Loop.InnerStride(operand) == 1)
            {
                nint row = (nint)Loop.Inner * size;
                for (int i = 0; i < tile; i++)
                {
                    Buffer.MemoryCopy(from, stage + (i * row), row, row);
                }

                from = stage;
            }

            return 0;
        }

        private readonly int Scalars()
            => (Loop.InnerStride(1) == 0 ? 1 : 0) | (Loop.InnerStride(2) == 0 ? 2 : 0) | (Loop.InnerStride(3) == 0 ? 4 : 0);

        private readonly void Row(in Places at, int count, byte* stage)
        {
            if (count == 1)
            {
                // A run of one has no meaningful stride: every operand is its single value.
                TKernel.Run(at.Y, at.A, at.B, at.C, 1, 0);
                return;
            }

            int scalars = Scalars();
            if (IsPlain())
            {
                TKernel.Run(at.Y, at.A, at.B, at.C, count, scalars);
                return;
            }

            nint ys = Loop.InnerStride(0), sa = Loop.InnerStride(1), sb = Loop.InnerStride(2), sc = Loop.InnerStride(3);
            for (int done = 0; done < count; done += Stage)
            {
                int n = Math.Min(Stage, count - done);
                byte* pa = Gather(at.A, sa, ASize, done, n, stage);
                byte* pb = at.B is null ? null : Gather(at.B, sb, BSize, done, n, stage + (Stage * 8));
                byte* pc = at.C is null ? null : Gather(at.C, sc, CSize, done, n, stage + (2 * Stage * 8));
                if (ys == 1)
                {
                    TKernel.Run(at.Y + ((nint)done * YSize), pa, pb, pc, n, scalars);
                }
                else
                {
                    byte* temp = stage + (3 * Stage * 8);
                    TKernel.Run(temp, pa, pb, pc, n, scalars);
                    StridedCopy.Scatter(temp, at.Y + (done * ys * YSize), ys, YSize, n);
                }
            }
        }

        private static byte* Gather(byte* source, nint stride, int size, int done, int n, byte* buffer)
        {
            if (stride == 0)
            {
                return source;
            }

            byte* from = source + (done * stride * size);
            if (stride == 1)
            {
                return from;
            }

            StridedCopy.Gather(from, stride, buffer, size, n);
            return buffer;
        }
    }

    private struct Places
    {
        public byte* Y;
        public byte* A;
        public byte* B;
        public byte* C;
    }
}

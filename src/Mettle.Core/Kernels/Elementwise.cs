using System.Runtime.CompilerServices;

namespace Mettle;

/// <summary>
/// Drives a flat kernel over operands of any strides: whole arrays where memory orders agree, else run by run, with
/// operands of odd stride gathered into a small buffer first.
/// </summary>
internal static unsafe class Elementwise
{
    private const int Chunk = 32768;
    private const int Stage = 1024;

    /// <summary>Runs <typeparamref name="TKernel"/> over equal-shaped operands into <paramref name="y"/>.</summary>
    public static void Run<TKernel>(Tensor y, Tensor a, Tensor? b = null, Tensor? c = null)
        where TKernel : struct, IFlatKernel
    {
        if (y.Count == 0)
        {
            return;
        }

        if (y.Count <= Chunk && y.IsContiguous && a.IsContiguous && b is null or { IsContiguous: true } && c is null or { IsContiguous: true })
        {
            // One plain run: no loop to plan.
            TKernel.Run(y.Pointer, a.Pointer, b is null ? null : b.Pointer, c is null ? null : c.Pointer, (nint)y.Count, 0);
            return;
        }

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
        int inner = job.Loop.Inner;
        long outer = job.Loop.Outer;
        job.PartsPerRow = (inner + Chunk - 1) / Chunk;
        job.RowsPerPart = Math.Max(1, Chunk / inner);
        job.Rows = outer;
        long parts = job.PartsPerRow > 1 ? outer * job.PartsPerRow : (outer + job.RowsPerPart - 1) / job.RowsPerPart;
        Scheduler.For(checked((int)parts), job);
    }

    /// <summary>Memory order for the result of an elementwise op: that of the first operand that fills its shape densely.</summary>
    public static int[] ResultStrides(ReadOnlySpan<Tensor> inputs, Shape shape)
    {
        foreach (var t in inputs)
        {
            if (t.Shape == shape && !t.IsContiguous && t.IsDense)
            {
                return t.Strides;
            }

            if (t.IsContiguous && t.Shape == shape && shape.Count > 1)
            {
                break;
            }
        }

        return shape.RowMajorStrides();
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
                Row(row, from, Math.Min(Chunk, inner - from), stage);
                return;
            }

            long first = (long)index * RowsPerPart;
            long end = Math.Min(Rows, first + RowsPerPart);
            for (long row = first; row < end; row++)
            {
                Row(row, 0, inner, stage);
            }
        }

        private readonly void Row(long row, int from, int count, byte* stage)
        {
            nint ys = Loop.InnerStride(0), sa = Loop.InnerStride(1), sb = Loop.InnerStride(2), sc = Loop.InnerStride(3);
            byte* y = Y + ((Loop.RowOffset(row, 0) + (from * ys)) * YSize);
            byte* a = A + ((Loop.RowOffset(row, 1) + (from * sa)) * ASize);
            byte* b = B is null ? null : B + ((Loop.RowOffset(row, 2) + (from * sb)) * BSize);
            byte* c = C is null ? null : C + ((Loop.RowOffset(row, 3) + (from * sc)) * CSize);
            int scalars = (sa == 0 ? 1 : 0) | (sb == 0 ? 2 : 0) | (sc == 0 ? 4 : 0);
            if (count == 1)
            {
                // A run of one has no meaningful stride: every operand is its single value.
                TKernel.Run(y, a, b, c, 1, 0);
                return;
            }

            if (ys == 1 && sa is 0 or 1 && sb is 0 or 1 && sc is 0 or 1)
            {
                TKernel.Run(y, a, b, c, count, scalars);
                return;
            }

            for (int done = 0; done < count; done += Stage)
            {
                int n = Math.Min(Stage, count - done);
                byte* pa = Gather(a, sa, ASize, done, n, stage);
                byte* pb = b is null ? null : Gather(b, sb, BSize, done, n, stage + (Stage * 8));
                byte* pc = c is null ? null : Gather(c, sc, CSize, done, n, stage + (2 * Stage * 8));
                if (ys == 1)
                {
                    TKernel.Run(y + ((nint)done * YSize), pa, pb, pc, n, scalars);
                }
                else
                {
                    byte* temp = stage + (3 * Stage * 8);
                    TKernel.Run(temp, pa, pb, pc, n, scalars);
                    StridedCopy.Scatter(temp, y + (done * ys * YSize), ys, YSize, n);
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
}

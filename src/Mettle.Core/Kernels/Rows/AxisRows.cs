namespace Mettle;

/// <summary>A kernel on rows.</summary>
internal unsafe interface IRowKernel<T>
    where T : unmanaged
{
    /// <summary>
    /// Computes <paramref name="rows"/> rows (or values) from rows of <paramref name="n"/> elements that follow each other;
    /// <paramref name="b"/> may be null.
    /// </summary>
    static abstract void Run(T* a, T* b, T* y, nint n, nint rows);
}

/// <summary>Drives kernels that see one axis as plain rows, whatever the memory order of the operands.</summary>
internal static unsafe class AxisRows
{
    /// <summary>The elements with <paramref name="axis"/> innermost in plain rows; not recorded, shares memory if it can.</summary>
    public static Tensor Last(Tensor x, int axis) => axis == x.Rank - 1 ? x.RowMajor() : Permuted(x, axis).RowMajor();

    /// <summary>Frees what <see cref="Last"/> copied.</summary>
    public static void Free(Tensor rows, Tensor of)
    {
        if (!ReferenceEquals(rows.Storage, of.Storage))
        {
            rows.Release();
        }
    }

    /// <summary>A result whose memory has <paramref name="axis"/> innermost.</summary>
    public static Tensor Allocate(TensorSpec spec, int axis)
    {
        var shape = spec.Shape;
        var strides = new int[shape.Rank];
        int step = 1;
        if (shape.Rank > 0)
        {
            strides[axis] = 1;
            step = Math.Max(1, shape[axis]);
        }

        for (int i = shape.Rank - 1; i >= 0; i--)
        {
            if (i != axis)
            {
                strides[i] = step;
                step *= Math.Max(1, shape[i]);
            }
        }

        return Tensor.AllocateLike(shape, strides, spec.DType);
    }

    /// <summary>Applies a kernel with a row of results to each row along <paramref name="axis"/>.</summary>
    public static void Run<TKernel>(Tensor a, Tensor? b, Tensor y, int axis)
        where TKernel : struct, IRowKernel<float>, IRowKernel<double>
    {
        if (y.Count == 0)
        {
            return;
        }

        Span<int> order = stackalloc int[a.Rank];
        Innermost(axis, order);
        long bytesB = 0;
        byte* rowsA = Plain(a, order, out long bytesA);
        byte* rowsB = b is null ? null : Plain(b, order, out bytesB);
        long n = a.Shape[axis];
        if (a.DType == DType.F32)
        {
            For<float, TKernel>(rowsA, rowsB, y, n, onePerRow: false);
        }
        else
        {
            For<double, TKernel>(rowsA, rowsB, y, n, onePerRow: false);
        }

        Return(rowsA, bytesA);
        Return(rowsB, bytesB);
    }

    /// <summary>Applies a kernel with one result per row to the marked axes, merged into one, of <paramref name="x"/>.</summary>
    public static void Reduce<TKernel>(Tensor x, Tensor y, bool[] marked)
        where TKernel : struct, IRowKernel<float>, IRowKernel<double>
    {
        if (y.Count == 0)
        {
            return;
        }

        Span<int> order = stackalloc int[x.Rank];
        Loop.UnmarkedFirst(marked, order);
        byte* rows = Plain(x, order, out long bytes);
        long n = x.Count / y.Count;
        if (x.DType == DType.F32)
        {
            For<float, TKernel>(rows, null, y, n, onePerRow: true);
        }
        else
        {
            For<double, TKernel>(rows, null, y, n, onePerRow: true);
        }

        Return(rows, bytes);
    }

    /// <summary>The elements with <paramref name="axis"/> innermost in plain rows: where they lie, or a copy to <see cref="Return"/>.</summary>
    public static byte* Plain(Tensor x, int axis, out long bytes)
    {
        Span<int> order = stackalloc int[x.Rank];
        Innermost(axis, order);
        return Plain(x, order, out bytes);
    }

    /// <summary>Frees what <see cref="Plain(Tensor, int, out long)"/> copied.</summary>
    public static void Return(byte* rows, long bytes)
    {
        if (bytes > 0)
        {
            Memory.Return(rows, bytes);
        }
    }

    private static void Innermost(int axis, Span<int> order)
    {
        Span<bool> marked = stackalloc bool[order.Length];
        marked.Clear();
        marked[axis] = true;
        Loop.UnmarkedFirst(marked, order);
    }

    // The elements with the axes in that order, in plain rows: where they lie, or a copy of so many bytes.
    private static byte* Plain(Tensor x, ReadOnlySpan<int> order, out long bytes)
    {
        Span<int> dims = stackalloc int[order.Length], strides = stackalloc int[order.Length];
        bool plain = true;
        long step = 1;
        for (int i = order.Length - 1; i >= 0; i--)
        {
            (dims[i], strides[i]) = (x.Shape[order[i]], x.Strides[order[i]]);
            plain &= dims[i] == 1 || strides[i] == step;
            step *= dims[i];
        }

        bytes = 0;
        if (plain || x.Count == 0)
        {
            return x.Pointer;
        }

        byte* copy = (byte*)Memory.Allocate(x.Spec.Bytes, out bytes);
        StridedCopy.ToRowMajor(x.Pointer, dims, strides, x.DType.Size(), copy);
        return copy;
    }

    private static void For<T, TKernel>(byte* a, byte* b, Tensor y, long n, bool onePerRow)
        where T : unmanaged
        where TKernel : struct, IRowKernel<T>
    {
        long rows = onePerRow ? y.Count : y.Count / n;
        int rowsPerPart = (int)Math.Max(1, 16384 / Math.Max(1, n));
        Scheduler.For(checked((int)((rows + rowsPerPart - 1) / rowsPerPart)), new Job<T, TKernel>
        {
            A = (T*)a,
            B = (T*)b,
            Y = (T*)y.Pointer,
            N = (nint)n,
            Rows = rows,
            RowsPerPart = rowsPerPart,
            Step = onePerRow ? 1 : (nint)n,
        });
    }

    private static Tensor Permuted(Tensor x, int axis)
    {
        Span<int> order = stackalloc int[x.Rank];
        Innermost(axis, order);
        return Ordered(x, order);
    }

    private static Tensor Ordered(Tensor x, ReadOnlySpan<int> order)
    {
        Span<int> dims = stackalloc int[order.Length];
        var strides = new int[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            (dims[i], strides[i]) = (x.Shape[order[i]], x.Strides[order[i]]);
        }

        return x.View(new Shape(dims), strides, x.Offset);
    }

    private struct Job<T, TKernel> : IJob
        where T : unmanaged
        where TKernel : struct, IRowKernel<T>
    {
        public T* A;
        public T* B;
        public T* Y;
        public nint N;
        public nint Step;
        public long Rows;
        public int RowsPerPart;

        public readonly void Run(int index)
        {
            nint first = (nint)index * RowsPerPart;
            nint at = first * N;
            TKernel.Run(A + at, B is null ? null : B + at, Y + (first * Step), N, (nint)Math.Min(Rows - first, RowsPerPart));
        }
    }
}

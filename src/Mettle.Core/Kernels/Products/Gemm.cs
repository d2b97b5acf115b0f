namespace Mettle;

/// <summary>
/// Matrix products C = A B. Every element of C is one chain of fused multiply-adds over ascending k, whatever the tile,
/// path or thread, so all of them give the same bits.
/// </summary>
internal static unsafe class Gemm
{
    /// <summary>[..., M, K] x [..., K, N] into a contiguous result.</summary>
    public static void Batched<T>(Tensor a, Tensor b, Tensor c)
        where T : unmanaged
    {
        if (c.Count == 0)
        {
            return;
        }

        int m = c.Shape[^2], n = c.Shape[^1], k = a.Shape[^1];
        if (k == 0)
        {
            new Span<byte>(c.Pointer, checked((int)c.Spec.Bytes)).Clear();
            return;
        }

        if (a.Rank == 2 && m > 1 && n > 1 && b.Strides[1] == 1 && GemmJob<T>.IsSmall(m, n, k))
        {
            // One part, nothing copied: to plan it would take as long as a tile.
            Panels.TimesRows((T*)a.Pointer, a.Strides[0], a.Strides[1], (T*)b.Pointer, b.Strides[0], (T*)c.Pointer, n, m, n, k, false);
        }
        else
        {
            Planned<T>(a, b, c, m, n, k);
        }
    }

    /// <summary>C = A B for matrices of any strides, without tensors; C [m, n] in plain rows.</summary>
    public static void Product<T>(T* a, nint aRow, nint aStep, T* b, nint bRow, nint bColumn, T* c, int m, int n, int k)
        where T : unmanaged
    {
        if (m == 0 || n == 0)
        {
            return;
        }

        if (k == 0)
        {
            System.Runtime.InteropServices.NativeMemory.Clear(c, (nuint)m * (nuint)n * (nuint)sizeof(T));
            return;
        }

        new GemmJob<T> { A = a, B = b, C = c, M = m, N = n, K = k, ARow = aRow, AStep = aStep, BRow = bRow, BColumn = bColumn }.Multiply(1);
    }

    /// <summary>
    /// Packs at most a panel of columns of a k x n matrix with any strides into [k][panel width], missing columns as zeros.
    /// </summary>
    public static void Pack<T>(T* b, nint rowStride, nint columnStride, int k, int columns, T* panel)
        where T : unmanaged
        => GemmPack.Panel(b, rowStride, columnStride, k, columns, panel);

    private static void Planned<T>(Tensor a, Tensor b, Tensor c, int m, int n, int k)
        where T : unmanaged
    {
        int rowAxis = a.Rank - 2, columnAxis = a.Rank - 1;
        if (n == 1 && m > 1)
        {
            // A column is the row of the transposed product: (A B)^T = B^T A^T.
            (a, b) = (b, a);
            (m, n) = (n, m);
            (rowAxis, columnAxis) = (columnAxis, rowAxis);
        }

        int batch = checked((int)(c.Count / ((long)m * n)));
        var job = new GemmJob<T>
        {
            A = (T*)a.Pointer,
            B = (T*)b.Pointer,
            C = (T*)c.Pointer,
            M = m,
            N = n,
            K = k,
            ARow = a.Strides[rowAxis],
            AStep = a.Strides[columnAxis],
            BRow = b.Strides[rowAxis],
            BColumn = b.Strides[columnAxis],
        };
        if (batch > 1)
        {
            job.ALead = Lead(a);
            job.BLead = Lead(b);
        }

        job.Multiply(batch);
    }

    private static Loop Lead(Tensor t)
    {
        // An extra axis of length 1 keeps the innermost run at one matrix.
        int axes = t.Rank - 2;
        Span<int> dims = stackalloc int[axes + 1], strides = stackalloc int[axes + 1];
        t.Shape.Dims[..axes].CopyTo(dims);
        t.Strides.AsSpan()[..axes].CopyTo(strides);
        (dims[axes], strides[axes]) = (1, 0);
        return Loop.InOrder(dims, strides);
    }
}

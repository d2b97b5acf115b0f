namespace Mettle;

/// <summary>
/// Matrix products C = A B or C += A B. Every element of C is one chain of fused multiply-adds over ascending k, whatever
/// the tile, path or thread, so all of them give the same bits.
/// </summary>
internal static unsafe class Gemm
{
    /// <summary>Rows of a register tile.</summary>
    public const int TileRows = 8;

    /// <summary>Columns of a register tile: two vectors.</summary>
    public static int TileColumns<T>()
        where T : unmanaged
        => 2 * 64 / sizeof(T);

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

        int nr = TileColumns<T>();
        int panels = (n + nr - 1) / nr;
        int rowsPerPart = Math.Max(TileRows, Math.Min(RoundUp(m, TileRows), RoundUp((1 << 18) / Math.Max(1, k * nr), TileRows)));
        int rowParts = (m + rowsPerPart - 1) / rowsPerPart;
        int batch = checked((int)(c.Count / ((long)m * n)));
        long panelSize = (long)k * nr;
        var packed = (T*)Memory.Allocate(panelSize * panels * batch * sizeof(T), out long bytes);
        double flops = 2.0 * c.Count * k;
        var job = new Job<T>
        {
            A = (T*)a.Pointer,
            B = (T*)b.Pointer,
            C = (T*)c.Pointer,
            Packed = packed,
            ALead = Lead(a),
            BLead = Lead(b),
            M = m,
            N = n,
            K = k,
            ARow = a.Strides[^2],
            AStep = a.Strides[^1],
            BRow = b.Strides[^2],
            BColumn = b.Strides[^1],
            Panels = panels,
            RowsPerPart = rowsPerPart,
            RowParts = rowParts,
        };
        job.Packing = true;
        Part(batch * panels, job, flops);
        job.Packing = false;
        Part(batch * panels * rowParts, job, flops);
        Memory.Return(packed, bytes);
    }

    /// <summary>
    /// Packs columns [column, column + NR) of a k x n matrix with any strides into [k][NR], missing columns as zeros.
    /// </summary>
    public static void Pack<T>(T* b, nint rowStride, nint columnStride, int k, int columns, T* panel)
        where T : unmanaged
    {
        int nr = TileColumns<T>();
        if (columnStride == 1)
        {
            for (int p = 0; p < k; p++)
            {
                var row = new Span<T>(panel + ((nint)p * nr), nr);
                new ReadOnlySpan<T>(b + (p * rowStride), columns).CopyTo(row);
                row[columns..].Clear();
            }

            return;
        }

        if (columns < nr)
        {
            new Span<T>(panel, k * nr).Clear();
        }

        for (int j = 0; j < columns; j++)
        {
            T* s = b + (j * columnStride);
            T* t = panel + j;
            for (int p = 0; p < k; p++)
            {
                *t = *s;
                s += rowStride;
                t += nr;
            }
        }
    }

    // A product of a few microseconds is done before a second core has woken up, later still on a busy machine.
    private static void Part<T>(int parts, in Job<T> job, double flops)
        where T : unmanaged
    {
        if (flops >= 1 << 21)
        {
            Scheduler.For(parts, job);
            return;
        }

        for (int i = 0; i < parts; i++)
        {
            job.Run(i);
        }
    }

    private static int RoundUp(int x, int to) => (x + to - 1) / to * to;

    private static Loop Lead(Tensor t)
    {
        // An extra axis of length 1 keeps the innermost run at one matrix.
        return Loop.InOrder([.. t.Shape.Dims[..^2], 1], [.. t.Strides.AsSpan()[..^2], 0]);
    }

    private struct Job<T> : IJob
        where T : unmanaged
    {
        public T* A;
        public T* B;
        public T* C;
        public T* Packed;
        public Loop ALead;
        public Loop BLead;
        public int M;
        public int N;
        public int K;
        public nint ARow;
        public nint AStep;
        public nint BRow;
        public nint BColumn;
        public int Panels;
        public int RowsPerPart;
        public int RowParts;
        public bool Packing;

        public readonly void Run(int index)
        {
            int nr = TileColumns<T>();
            if (Packing)
            {
                int batch = index / Panels;
                int column = index % Panels * nr;
                Pack(B + Offset(BLead, batch) + (column * BColumn), BRow, BColumn, K, Math.Min(nr, N - column), Packed + ((nint)index * K * nr));
                return;
            }

            int panel = index / RowParts;
            int from = index % RowParts * RowsPerPart;
            int rows = Math.Min(RowsPerPart, M - from);
            int item = panel / Panels;
            int j = panel % Panels * nr;
            GemmTile.Rows(
                A + Offset(ALead, item) + (from * ARow), ARow, AStep, Packed + ((nint)panel * K * nr), nr,
                C + ((nint)item * M * N) + ((nint)from * N) + j, N, rows, Math.Min(nr, N - j), K, accumulate: false);
        }

        private static long Offset(Loop lead, int item)
        {
            int inner = lead.Inner;
            return lead.RowOffset(item / inner, 1) + ((long)(item % inner) * lead.InnerStride(1));
        }
    }
}

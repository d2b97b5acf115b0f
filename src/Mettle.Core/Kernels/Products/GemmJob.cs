using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Mettle;

/// <summary>
/// One matrix product, or a batch of equal ones, cut into blocks of the result that any thread may compute. Four paths:
/// B's rows read in place; B copied panel by panel; B copied block by block and swept by every tile of A (large products);
/// one row, for which B streams by. Which one follows from shapes and strides, and all give the same bits.
/// </summary>
internal unsafe struct GemmJob<T> : IJob
    where T : unmanaged
{
    // Multiply-adds worth handing to another thread: about four microseconds.
    private const long PartWork = 1 << 19;
    private const long RowWork = 1 << 17;
    private const int MaxParts = 32;
    private const long LargeWork = 200_000_000;
    private const int LargeRows = 128;

    public T* A;
    public T* B;
    public T* C;
    public Loop ALead;
    public Loop BLead;
    public int M;
    public int N;
    public int K;
    public nint ARow;
    public nint AStep;
    public nint BRow;
    public nint BColumn;
    private int batch;
    private int items;
    private int rows;
    private int columns;
    private int rowParts;
    private int columnParts;
    private int depth;
    private bool pack;
    private bool large;
    private bool row;

    /// <summary>Whether a product with B's rows in place is one part, and B's panels stay in the nearest cache.</summary>
    public static bool IsSmall(int m, int n, int k) => k <= 2048 / sizeof(T) && (long)m * n * k <= PartWork;

    /// <summary>Computes <paramref name="batch"/> products.</summary>
    public void Multiply(int batch)
    {
        this.batch = batch;
        pack = BColumn != 1 && N > 1;
        long work = (long)M * N * K;
        large = M > LargeRows && work > LargeWork;
        pack |= large;
        if (M == 1 && K > 1)
        {
            CutRow();
        }
        else if (large)
        {
            CutLarge();
        }
        else
        {
            Cut(work);
        }

        rowParts = (M + rows - 1) / rows;
        columnParts = (N + columns - 1) / columns;
        int parts = (batch + items - 1) / items * rowParts * columnParts;
        if (parts == 1)
        {
            Run(0);
        }
        else
        {
            Scheduler.For(parts, this);
        }
    }

    public readonly void Run(int index)
    {
        int part = index % (rowParts * columnParts);
        int first = index / (rowParts * columnParts) * items;
        int top = part % rowParts * rows, column = part / rowParts * columns;
        int m = Math.Min(rows, M - top), n = Math.Min(columns, N - column);
        int nr = GemmTile.Columns<T>();
        T* scratch = null;
        long bytes = 0;
        if (pack)
        {
            // A strided row for one that is contiguous, or copies of B.
            int panels = large ? (n + nr - 1) / nr : 1;
            scratch = (T*)Memory.Allocate(((long)panels * nr * Math.Min(depth, K) + (row ? K : 0)) * sizeof(T), out bytes);
        }

        for (int item = first; item < Math.Min(batch, first + items); item++)
        {
            T* a = A + (top * ARow), b = B + (column * BColumn), c = C + ((nint)item * M * N) + ((nint)top * N) + column;
            if (batch > 1)
            {
                a += Offset(ALead, item);
                b += Offset(BLead, item);
            }

            if (row)
            {
                Row(a, b, c, n, scratch);
            }
            else if (large)
            {
                Blocks(a, b, c, m, n, scratch);
            }
            else
            {
                Panels(a, b, c, m, n, scratch);
            }
        }

        if (scratch != null)
        {
            Memory.Return(scratch, bytes);
        }
    }

    private static long Offset(in Loop lead, int item)
    {
        int inner = lead.Inner;
        return lead.RowOffset(item / inner, 1) + ((long)(item % inner) * lead.InnerStride(1));
    }

    // Blocks of B fill half a second-level cache.
    private void CutLarge()
    {
        items = 1;
        columns = 1024 / sizeof(T);

        // Steps along a transposed A touch a page each.
        depth = (ARow == 1 ? 1024 : 2048) / sizeof(T);
        rows = Math.Max(512, (int)Math.Min(M, (long)M * N / columns / MaxParts));
    }

    private void Cut(long work)
    {
        int nr = GemmTile.Columns<T>();
        int panels = (N + nr - 1) / nr;
        depth = (pack ? 1024 : 2048) / sizeof(T);
        items = (int)Math.Clamp(PartWork / work, 1, batch);
        int parts = Scheduler.Threads == 1 ? 1 : (int)Math.Clamp(work / PartWork, 1, MaxParts);

        // A row of B that no cache keeps is fetched ahead along its length, so parts stay wide.
        int least = !pack && (long)K * N * sizeof(T) > 1 << 20 ? 8 : 1;
        int across = Math.Clamp(panels / least, 1, parts);
        columns = (panels + across - 1) / across * nr;
        int down = (parts + across - 1) / across;
        rows = Math.Max(pack ? 512 : 48, (M + down - 1) / down);
    }

    private void CutRow()
    {
        row = true;
        int nr = GemmTile.Columns<T>();
        depth = 1024 / sizeof(T);
        rows = 1;
        items = (int)Math.Clamp(RowWork / ((long)N * K), 1, batch);
        // Pieces of B's rows shorter than a page come slower than memory could give them.
        int threads = Scheduler.Threads;
        int most = Math.Clamp(N * sizeof(T) / 4096, 2 * threads, MaxParts);
        int parts = threads == 1 ? 1 : (int)Math.Clamp((long)N * K / RowWork, 1, most);
        columns = ((N + parts - 1) / parts + nr - 1) / nr * nr;
    }

    private readonly void Row(T* a, T* b, T* c, int n, T* scratch)
    {
        if (!pack)
        {
            GemmRow.ByColumns(a, AStep, b, BRow, K, c, n);
            return;
        }

        int j = 0;
        if (typeof(T) == typeof(float) && Avx.IsSupported && BRow == 1)
        {
            T* x = a;
            if (AStep != 1)
            {
                x = scratch + (GemmTile.Columns<T>() * Math.Min(depth, K));
                for (nint p = 0; p < K; p++)
                {
                    x[p] = a[p * AStep];
                }
            }

            for (; j <= n - GemmRow.Together; j += GemmRow.Together)
            {
                GemmRow.ByRows((float*)x, (float*)(b + (j * BColumn)), BColumn, K, (float*)(c + j));
            }
        }

        Panels(a, b + (j * BColumn), c + j, 1, n - j, scratch);
    }

    // Every row of A meets one panel of B after another.
    private readonly void Panels(T* a, T* b, T* c, int m, int n, T* scratch)
    {
        int nr = GemmTile.Columns<T>();
        for (int p = 0; p < K; p += depth)
        {
            int k = Math.Min(depth, K - p);
            for (int j = 0; j < n; j += nr)
            {
                T* panel = b + (p * BRow) + (j * BColumn);
                nint bRow = BRow;
                int width = Math.Min(nr, n - j);
                if (pack)
                {
                    GemmPack.Copy(panel, BRow, BColumn, k, width, scratch);
                    panel = scratch;
                    bRow = nr;
                }

                GemmTile.Rows(a + (p * AStep), ARow, AStep, panel, bRow, c + j, N, m, width, k, p > 0);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void FetchTile(T* c, int count)
    {
        for (int i = 0; i < count; i++)
        {
            GemmLanes.Fetch(c);
            GemmLanes.Fetch(c + (64 / sizeof(T)));
            c += N;
        }
    }

    // A tile's rows of A stay in the first-level cache while a block of B streams past from the second.
    private readonly void Blocks(T* a, T* b, T* c, int m, int n, T* scratch)
    {
        int nr = GemmTile.Columns<T>();
        for (int p = 0; p < K; p += depth)
        {
            int k = Math.Min(depth, K - p);
            GemmPack.Panels(b + (p * BRow), BRow, BColumn, k, n, scratch);
            T* from = a + (p * AStep);
            T* to = c;
            int tiles = (m + GemmTile.MaxRows - 1) / GemmTile.MaxRows;
            for (int left = m; tiles > 0; tiles--)
            {
                int count = (left + tiles - 1) / tiles;
                for (int j = 0; j < n; j += nr)
                {
                    FetchTile(j + nr < n ? to + j + nr : to + ((nint)count * N), count);
                    GemmTile.Tile(count, from, ARow, AStep, scratch + ((nint)j * k), nr, to + j, N, Math.Min(nr, n - j), k, p > 0);
                }

                from += count * ARow;
                to += (nint)count * N;
                left -= count;
            }
        }
    }
}

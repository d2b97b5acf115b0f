namespace Mettle;

/// <summary>
/// Few rows times a matrix that lies in <see cref="Panels"/> already: it streams by once, in memory order. The same chain of
/// fused multiply-adds per element as every other path.
/// </summary>
internal unsafe struct PanelsJob<T> : IJob
    where T : unmanaged
{
    // Multiply-adds worth handing to another thread, and bytes of panels.
    private const long PartWork = 1 << 19;
    private const long PartBytes = 1 << 18;

    // A chunk of the rows stays in the nearest cache.
    private const int DepthBytes = 2048;

    private T* a;
    private T* panels;
    private T* c;
    private nint aRow;
    private nint aStep;
    private int m;
    private int n;
    private int k;
    private int panelsPerPart;

    /// <summary>
    /// C[m, n] = A B; A with any strides, C in plain rows. True if it added <paramref name="bias"/> to each row and rectified as
    /// asked on the way; else that is left to do.
    /// </summary>
    public static bool Multiply(T* a, nint aRow, nint aStep, T* panels, T* c, int m, int n, int k, T* bias, bool rectify)
    {
        if (m == 0)
        {
            return true;
        }

        int nr = GemmTile.Columns<T>(), count = (n + nr - 1) / nr;
        if (m == 1 && (long)n * k <= PartWork && PanelRow.Fits(n))
        {
            PanelRow.Times(a, aStep, panels, c, n, k, accumulate: false, bias, rectify);
            return true;
        }

        long work = Math.Max(1, (long)m * k * nr), bytes = Math.Max(1, (long)k * nr * sizeof(T));
        int perPart = (int)Math.Clamp(Math.Min(PartWork / work, PartBytes / bytes), 1, count);
        var job = new PanelsJob<T> { a = a, aRow = aRow, aStep = aStep, panels = panels, c = c, m = m, n = n, k = k, panelsPerPart = perPart };
        Scheduler.For((count + perPart - 1) / perPart, job);
        return false;
    }

    public readonly void Run(int index)
    {
        int nr = GemmTile.Columns<T>(), depth = DepthBytes / sizeof(T);
        int first = index * panelsPerPart * nr, last = Math.Min(n, first + (panelsPerPart * nr));
        for (int j = first; j < last; j += nr)
        {
            for (int p = 0; p < k; p += depth)
            {
                GemmTile.Rows(
                    a + (p * aStep), aRow, aStep, panels + ((nint)j * k) + ((nint)p * nr), nr, c + j, n, m, Math.Min(nr, n - j), Math.Min(depth, k - p), p > 0);
            }
        }
    }
}

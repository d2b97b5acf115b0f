namespace Mettle;

/// <summary>
/// Blocks that one thread freed and will likely want again. Its owner takes and gives without a lock; another thread may
/// empty it while the owner is not inside.
/// </summary>
internal sealed unsafe class BlockCache
{
    /// <summary>Larger blocks are shared by all threads.</summary>
    public const long LargestBlock = 1 << 20;

    private const long MostBytes = 8 << 20;
    private const int MostPerClass = 1024;
    private readonly nint[]?[] bins = new nint[Memory.Classes][];
    private readonly int[] counts = new int[Memory.Classes];
    private long liveBytes, liveBlocks, cachedBytes, highest;
    private bool inside;

    /// <summary>Bytes taken less bytes given back; negative if this thread frees what others make.</summary>
    public long LiveBytes => Volatile.Read(ref liveBytes);

    /// <summary>Blocks taken less blocks given back.</summary>
    public long LiveBlocks => Volatile.Read(ref liveBlocks);

    /// <summary>Bytes held for reuse.</summary>
    public long CachedBytes => Volatile.Read(ref cachedBytes);

    /// <summary>Counts a block of this class as taken and returns it, or null if there is none here. Owner only.</summary>
    public void* Take(int @class, long size)
    {
        liveBytes += size;
        liveBlocks++;
        if (liveBytes > highest)
        {
            highest = liveBytes;
            Memory.NotePeak();
        }

        Enter();
        int n = counts[@class];
        nint block = 0;
        if (n > 0)
        {
            block = bins[@class]![n - 1];
            counts[@class] = n - 1;
            cachedBytes -= size;
        }

        Volatile.Write(ref inside, false);
        return (void*)block;
    }

    /// <summary>Counts a block as given back; false if there is no room for it here. Owner only.</summary>
    public bool Give(void* block, int @class, long size)
    {
        liveBytes -= size;
        liveBlocks--;
        int n = counts[@class];
        if (n >= MostPerClass || cachedBytes + size > MostBytes)
        {
            return false;
        }

        Enter();
        n = counts[@class];
        var bin = bins[@class];
        if (bin is null || bin.Length == n)
        {
            Array.Resize(ref bin, Math.Max(16, 2 * n));
            bins[@class] = bin;
        }

        bin[n] = (nint)block;
        counts[@class] = n + 1;
        cachedBytes += size;
        Volatile.Write(ref inside, false);
        return true;
    }

    /// <summary>
    /// Takes all blocks out and returns their bytes. The caller holds the pool's lock, and either the owner has ended or
    /// <see cref="Memory.IsEmptying"/> is raised.
    /// </summary>
    public long Drain(Action<int, nint> take)
    {
        var spin = default(SpinWait);
        while (Volatile.Read(ref inside))
        {
            spin.SpinOnce();
        }

        for (int c = 0; c < counts.Length; c++)
        {
            for (int i = 0; i < counts[c]; i++)
            {
                take(c, bins[c]![i]);
            }

            counts[c] = 0;
            bins[c] = null;
        }

        long bytes = cachedBytes;
        cachedBytes = 0;
        return bytes;
    }

    /// <summary>Starts a new search for the highest level.</summary>
    public void ResetPeak() => highest = LiveBytes;

    // The pool's barrier over all processors orders this write before the read, so no fence is paid here.
    private void Enter()
    {
        Volatile.Write(ref inside, true);
        while (Memory.IsEmptying)
        {
            Volatile.Write(ref inside, false);
            Memory.WaitForEmptying();
            Volatile.Write(ref inside, true);
        }
    }
}

using System.Numerics;

namespace Mettle;

/// <summary>
/// Native memory behind tensors: 64-byte-aligned blocks in size classes (powers of two in quarter steps), reused without
/// going back to the system. Each thread keeps small blocks of its own; the rest is shared. All members are safe to call
/// from any thread.
/// </summary>
public static unsafe class Memory
{
    /// <summary>Number of size classes.</summary>
    internal const int Classes = 4 * 48;

    // Beyond the most that was ever live, a quarter and this may stay cached: shapes that come and go.
    private const long Slack = 32 << 20;
    private static readonly Lock Gate = new();
    private static readonly Stack<nint>[] Free = Enumerable.Range(0, Classes).Select(_ => new Stack<nint>()).ToArray();
    private static readonly long[] LastUse = new long[Classes];
    private static readonly bool Pattern = Environment.GetEnvironmentVariable("METTLE_MEMORY_PATTERN") == "1";
    private static BlockCache[] caches = [];
    private static bool emptying;

    // Blocks beyond the thread caches; guarded by the gate.
    private static long liveBytes, liveBlocks, cachedBytes, uses;
    private static long peakBytes, highest, leakedBlocks;

    /// <summary>Raised (on the finaliser thread) with the byte count when a block was freed by the garbage collector alone.</summary>
    public static event Action<long>? Leaked;

    /// <summary>Bytes in blocks now owned by tensors.</summary>
    public static long LiveBytes
    {
        get
        {
            long sum = Interlocked.Read(ref liveBytes);
            foreach (var cache in Volatile.Read(ref caches))
            {
                sum += cache.LiveBytes;
            }

            return sum;
        }
    }

    /// <summary>Number of blocks now owned by tensors.</summary>
    public static long LiveBlocks
    {
        get
        {
            long sum = Interlocked.Read(ref liveBlocks);
            foreach (var cache in Volatile.Read(ref caches))
            {
                sum += cache.LiveBlocks;
            }

            return sum;
        }
    }

    /// <summary>
    /// Highest <see cref="LiveBytes"/> since the last <see cref="ResetPeak"/>. Where several threads allocate at once, a peak
    /// that blocks of at most 1 MiB alone make may go unseen.
    /// </summary>
    public static long PeakBytes => Math.Max(Interlocked.Read(ref peakBytes), LiveBytes);

    /// <summary>Bytes held for reuse.</summary>
    public static long CachedBytes
    {
        get
        {
            long sum = Interlocked.Read(ref cachedBytes);
            foreach (var cache in Volatile.Read(ref caches))
            {
                sum += cache.CachedBytes;
            }

            return sum;
        }
    }

    /// <summary>Blocks that no scope, owner or Dispose freed, only the garbage collector.</summary>
    public static long LeakedBlocks => Interlocked.Read(ref leakedBlocks);

    /// <summary>Whether the thread caches are being emptied: their owners wait.</summary>
    internal static bool IsEmptying => Volatile.Read(ref emptying);

    /// <summary>Starts a new peak measurement at the present level.</summary>
    public static void ResetPeak()
    {
        lock (Gate)
        {
            foreach (var cache in caches)
            {
                cache.ResetPeak();
            }

            Interlocked.Exchange(ref peakBytes, LiveBytes);
        }
    }

    /// <summary>Returns all cached blocks to the system.</summary>
    public static void Trim()
    {
        lock (Gate)
        {
            Volatile.Write(ref emptying, true);
            Interlocked.MemoryBarrierProcessWide();
            foreach (var cache in caches)
            {
                cache.Drain(static (c, block) => SystemMemory.Free((void*)block, SizeOf(c)));
            }

            Volatile.Write(ref emptying, false);
            for (int c = 0; c < Classes; c++)
            {
                while (Free[c].TryPop(out nint block))
                {
                    SystemMemory.Free((void*)block, SizeOf(c));
                }
            }

            cachedBytes = 0;
        }
    }

    internal static void* Allocate(long bytes, out long size) => Allocate(bytes, out size, ThreadContext.Current);

    internal static void* Allocate(long bytes, out long size, ThreadContext here)
    {
        int c = ClassOf(Math.Max(64, bytes), out size);
        void* p = size <= BlockCache.LargestBlock ? here.Blocks.Take(c, size) : null;
        if (p is null)
        {
            p = TakeShared(c, ref size);
        }

        if (Pattern)
        {
            new Span<uint>(p, (int)Math.Min(int.MaxValue, size / 4)).Fill(0x7FA0DEAD);
        }

        return p;
    }

    internal static void Return(void* pointer, long size) => Return(pointer, size, ThreadContext.Current);

    internal static void Return(void* pointer, long size, ThreadContext here)
    {
        int c = ClassOf(size, out _);
        bool large = size > BlockCache.LargestBlock;
        if (large || !here.Blocks.Give(pointer, c, size))
        {
            GiveShared(pointer, c, size, counted: !large);
        }
    }

    /// <summary>A finaliser's thread reuses nothing: its blocks go to all.</summary>
    internal static void ReturnCollected(void* pointer, long size) => GiveShared(pointer, ClassOf(size, out _), size, counted: false);

    internal static void ReportLeak(long bytes)
    {
        Interlocked.Increment(ref leakedBlocks);
        Leaked?.Invoke(bytes);
    }

    internal static BlockCache NewCache()
    {
        var cache = new BlockCache();
        lock (Gate)
        {
            Volatile.Write(ref caches, [.. caches, cache]);
        }

        return cache;
    }

    /// <summary>Takes over what an ended thread held.</summary>
    internal static void Retire(BlockCache cache)
    {
        lock (Gate)
        {
            cachedBytes += cache.Drain(static (c, block) => Free[c].Push(block));
            liveBytes += cache.LiveBytes;
            liveBlocks += cache.LiveBlocks;
            Volatile.Write(ref caches, [.. caches.Where(c => !ReferenceEquals(c, cache))]);
        }
    }

    internal static void NotePeak()
    {
        long live = LiveBytes;
        if (live > Interlocked.Read(ref peakBytes))
        {
            Interlocked.Exchange(ref peakBytes, live);
        }

        if (live > Interlocked.Read(ref highest))
        {
            Interlocked.Exchange(ref highest, live);
        }
    }

    internal static void WaitForEmptying()
    {
        lock (Gate)
        {
            // Held by the thread that empties, until it is done.
        }
    }

    private static void* TakeShared(int c, ref long size)
    {
        bool large = size > BlockCache.LargestBlock;
        nint block = 0;
        lock (Gate)
        {
            // Rather a block of up to half as much again than one more from the system.
            for (int most = large ? Math.Min(c + 2, Classes - 1) : c; block == 0 && c <= most; c++)
            {
                if (Free[c].TryPop(out block))
                {
                    size = SizeOf(c);
                    cachedBytes -= size;
                    LastUse[c] = ++uses;
                }
            }

            if (large)
            {
                liveBytes += size;
                liveBlocks++;
                NotePeak();
            }
        }

        return block != 0 ? (void*)block : SystemMemory.Allocate(size);
    }

    private static void GiveShared(void* pointer, int c, long size, bool counted)
    {
        lock (Gate)
        {
            if (!counted)
            {
                liveBytes -= size;
                liveBlocks--;
            }

            Free[c].Push((nint)pointer);
            cachedBytes += size;
            LastUse[c] = ++uses;
            long most = Interlocked.Read(ref highest);
            if (LiveBytes + CachedBytes > most + (most / 4) + Slack)
            {
                DropStalest();
            }
        }
    }

    // Of the class that was not used for the longest time.
    private static void DropStalest()
    {
        int stalest = -1;
        for (int c = 0; c < Classes; c++)
        {
            if (Free[c].Count > 0 && (stalest < 0 || LastUse[c] < LastUse[stalest]))
            {
                stalest = c;
            }
        }

        long size = SizeOf(stalest);
        SystemMemory.Free((void*)Free[stalest].Pop(), size);
        cachedBytes -= size;
    }

    private static int ClassOf(long bytes, out long size)
    {
        int log = 63 - BitOperations.LeadingZeroCount((ulong)(bytes - 1) | 63);
        long step = 1L << Math.Max(6, log - 2);
        size = (bytes + step - 1) & -step;
        int top = 63 - BitOperations.LeadingZeroCount((ulong)size);
        int quarter = top < 8 ? (int)(size >> 6) & 3 : (int)(size >> (top - 2)) & 3;
        return (top * 4) + quarter;
    }

    // Inverse of ClassOf: below 256 bytes a quarter is 64 bytes.
    private static long SizeOf(int c)
    {
        int top = c / 4, quarter = c % 4;
        return top < 8 ? 64L * quarter : (1L << top) + ((long)quarter << (top - 2));
    }
}

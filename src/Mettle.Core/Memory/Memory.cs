using System.Numerics;
using System.Runtime.InteropServices;

namespace Mettle;

/// <summary>
/// Native memory behind tensors: 64-byte-aligned blocks in size classes (powers of two in quarter steps), reused without
/// going back to the system. All members are safe to call from any thread.
/// </summary>
public static unsafe class Memory
{
    private const int Classes = 4 * 48;
    private static readonly Lock Gate = new();
    private static readonly Stack<nint>[] Free = Enumerable.Range(0, Classes).Select(_ => new Stack<nint>()).ToArray();
    private static readonly bool Pattern = Environment.GetEnvironmentVariable("METTLE_MEMORY_PATTERN") == "1";
    private static long liveBytes, liveBlocks, cachedBytes, peakBytes, leakedBlocks;

    /// <summary>Raised (on the finaliser thread) with the byte count when a block was freed by the garbage collector alone.</summary>
    public static event Action<long>? Leaked;

    /// <summary>Bytes in blocks now owned by tensors.</summary>
    public static long LiveBytes => Interlocked.Read(ref liveBytes);

    /// <summary>Number of blocks now owned by tensors.</summary>
    public static long LiveBlocks => Interlocked.Read(ref liveBlocks);

    /// <summary>Highest <see cref="LiveBytes"/> since the last <see cref="ResetPeak"/>.</summary>
    public static long PeakBytes => Interlocked.Read(ref peakBytes);

    /// <summary>Bytes held for reuse.</summary>
    public static long CachedBytes => Interlocked.Read(ref cachedBytes);

    /// <summary>Blocks that no scope, owner or Dispose freed, only the garbage collector.</summary>
    public static long LeakedBlocks => Interlocked.Read(ref leakedBlocks);

    /// <summary>Starts a new peak measurement at the present level.</summary>
    public static void ResetPeak() => Interlocked.Exchange(ref peakBytes, LiveBytes);

    /// <summary>Returns all cached blocks to the system.</summary>
    public static void Trim()
    {
        lock (Gate)
        {
            foreach (var stack in Free)
            {
                while (stack.TryPop(out nint p))
                {
                    NativeMemory.AlignedFree((void*)p);
                }
            }

            cachedBytes = 0;
        }
    }

    internal static void* Allocate(long bytes, out long size)
    {
        int c = ClassOf(Math.Max(64, bytes), out size);
        nint p;
        lock (Gate)
        {
            if (Free[c].TryPop(out p))
            {
                cachedBytes -= size;
            }

            liveBytes += size;
            liveBlocks++;
            peakBytes = Math.Max(peakBytes, liveBytes);
        }

        if (p == 0)
        {
            p = (nint)NativeMemory.AlignedAlloc((nuint)size, 64);
        }

        if (Pattern)
        {
            new Span<uint>((void*)p, (int)Math.Min(int.MaxValue, size / 4)).Fill(0x7FA0DEAD);
        }

        return (void*)p;
    }

    internal static void Return(void* pointer, long size)
    {
        int c = ClassOf(size, out _);
        lock (Gate)
        {
            liveBytes -= size;
            liveBlocks--;
            cachedBytes += size;
            Free[c].Push((nint)pointer);
        }
    }

    internal static void ReportLeak(long bytes)
    {
        Interlocked.Increment(ref leakedBlocks);
        Leaked?.Invoke(bytes);
    }

    private static int ClassOf(long bytes, out long size)
    {
        int log = 63 - BitOperations.LeadingZeroCount((ulong)(bytes - 1) | 63);
        long step = 1L << Math.Max(6, log - 2);
        size = (bytes + step - 1) / step * step;
        int top = 63 - BitOperations.LeadingZeroCount((ulong)size);
        int quarter = top < 8 ? (int)(size >> 6) & 3 : (int)(size >> (top - 2)) & 3;
        return (top * 4) + quarter;
    }
}

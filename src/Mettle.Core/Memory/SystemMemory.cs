using System.Runtime.InteropServices;

namespace Mettle;

/// <summary>Blocks from the operating system.</summary>
internal static unsafe partial class SystemMemory
{
    private const long HugePage = 2 << 20;
    private const long Huge = 2 * HugePage;
    private const int AdviseHugePages = 14;

    // Large blocks start at different places of their first page: streams that run through several of them side by side
    // would else meet in the same cache sets and memory banks.
    private const int Shift = 0x2440;
    private const int Shifts = 16;
    private static int shifts;

    /// <summary>An uninitialised block, aligned to 64 bytes; a large one on huge pages where the system has them.</summary>
    public static void* Allocate(long size)
    {
        if (size < Huge)
        {
            return NativeMemory.AlignedAlloc((nuint)size, 64);
        }

        long shift = (Interlocked.Increment(ref shifts) & (Shifts - 1)) * Shift;
        byte* block = (byte*)NativeMemory.AlignedAlloc((nuint)(size + shift), (nuint)HugePage);
        if (OperatingSystem.IsLinux())
        {
            // A hint: a kernel without huge pages refuses it and serves small ones.
            _ = Advise(block, (nuint)(size + shift), AdviseHugePages);
        }

        return block + shift;
    }

    /// <summary>Gives a block of <paramref name="size"/> back.</summary>
    public static void Free(void* block, long size)
        => NativeMemory.AlignedFree(size < Huge ? block : (void*)((nint)block & -(nint)HugePage));

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}

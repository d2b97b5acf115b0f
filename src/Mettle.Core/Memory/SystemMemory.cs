using System.Runtime.InteropServices;

namespace Mettle;

/// <summary>Blocks from the operating system.</summary>
internal static unsafe partial class SystemMemory
{
    private const long HugePage = 2 << 20;
    private const int AdviseHugePages = 14;

    /// <summary>An uninitialised block, aligned to 64 bytes; to 2 MiB and on huge pages, where the system has them, if it is that large.</summary>
    public static void* Allocate(long size)
    {
        if (size < HugePage)
        {
            return NativeMemory.AlignedAlloc((nuint)size, 64);
        }

        void* block = NativeMemory.AlignedAlloc((nuint)size, (nuint)HugePage);
        if (OperatingSystem.IsLinux())
        {
            // A hint: a kernel without huge pages refuses it and serves small ones.
            _ = Advise(block, (nuint)size, AdviseHugePages);
        }

        return block;
    }

    /// <summary>Gives a block back.</summary>
    public static void Free(void* block) => NativeMemory.AlignedFree(block);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}

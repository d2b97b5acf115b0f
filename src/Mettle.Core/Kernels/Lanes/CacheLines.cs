using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Mettle;

/// <summary>Hints to the cache; they change no result.</summary>
internal static unsafe class CacheLines
{
    private const int Line = 64;

    /// <summary>Brings one line into the second-level cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(byte* from)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(from);
        }
    }

    /// <summary>Brings the line at an address, which need not be valid, into the nearest cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FetchNear(void* at)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(at);
        }
    }

    /// <summary>Brings memory that will be read soon, which need not be valid, into the second-level cache.</summary>
    public static void Fetch(byte* from, nint bytes)
    {
        if (Sse.IsSupported)
        {
            for (nint i = 0; i < bytes; i += Line)
            {
                Sse.Prefetch1(from + i);
            }
        }
    }
}

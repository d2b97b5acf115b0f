using System.Runtime.CompilerServices;

namespace Mettle;

/// <summary>Refuses indices outside an axis before a kernel runs.</summary>
internal static unsafe class IndexCheck
{
    /// <summary>Fails naming the first index outside [0, <paramref name="size"/>); <paramref name="index"/> is i64 in plain rows.</summary>
    public static void Run(string op, Tensor index, int size, long except = long.MinValue)
    {
        long* p = (long*)index.Pointer;
        long at = FirstOutside(p, index.Count, (ulong)size, except);
        if (at >= 0)
        {
            throw new ArgumentException($"{op}: index {p[at]} (element {at} of the index tensor {index.Shape}) is outside an axis of size {size}.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long FirstOutside(long* p, long count, ulong size, long except)
    {
        for (long i = 0; i < count; i++)
        {
            if ((ulong)p[i] >= size && p[i] != except)
            {
                return i;
            }
        }

        return -1;
    }
}

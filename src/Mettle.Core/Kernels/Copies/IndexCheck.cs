using System.Runtime.CompilerServices;

namespace Mettle;

/// <summary>Refuses indices outside an axis before a kernel runs.</summary>
internal static unsafe class IndexCheck
{
    /// <summary>Fails naming the first index outside [0, <paramref name="size"/>); <paramref name="index"/> is i64 in plain rows. Only
    /// what the kernel leaves out by itself may be <paramref name="except"/>ed.</summary>
    public static void Run(string op, Tensor index, int size, long? except = null)
    {
        long* p = (long*)index.Pointer;
        long at = FirstOutside(p, index.Count, (ulong)size, except is not null, except.GetValueOrDefault());
        if (at >= 0)
        {
            throw new ArgumentException($"{op}: index {p[at]} (element {at} of the index tensor {index.Shape}) is outside an axis of size {size}.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long FirstOutside(long* p, long count, ulong size, bool excepts, long except)
    {
        for (long i = 0; i < count; i++)
        {
            if ((ulong)p[i] >= size && (!excepts || p[i] != except))
            {
                return i;
            }
        }

        return -1;
    }
}

namespace Mettle;

/// <summary>Refuses indices outside an axis before a kernel runs.</summary>
internal static unsafe class IndexCheck
{
    /// <summary>Fails naming the first index outside [0, <paramref name="size"/>); <paramref name="index"/> is i64 in plain rows.</summary>
    public static void Run(string op, Tensor index, int size, long except = long.MinValue)
    {
        long* p = (long*)index.Pointer;
        for (long i = 0; i < index.Count; i++)
        {
            if ((ulong)p[i] >= (ulong)size && p[i] != except)
            {
                throw new ArgumentException($"{op}: index {p[i]} (element {i} of the index tensor {index.Shape}) is outside an axis of size {size}.");
            }
        }
    }
}

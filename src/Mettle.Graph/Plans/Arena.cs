namespace Mettle.Graphs;

/// <summary>
/// Places in one block of memory for values that live at different times: largest first, each at the lowest place where nothing
/// lies that lives at the same time. Pisarchyk and Lee, "Efficient memory management for deep neural net inference" (2020),
/// greedy by size.
/// </summary>
internal static class Arena
{
    /// <summary>Values begin at cache lines.</summary>
    private const long Line = 64;

    /// <summary>Offsets of the blocks, in bytes, and the size that holds them all.</summary>
    public static (long[] Offsets, long Bytes) Place(IReadOnlyList<Lifetime> blocks)
    {
        long[] offsets = new long[blocks.Count];
        var placed = new List<int>();
        long total = 0;
        foreach (int i in Enumerable.Range(0, blocks.Count).OrderByDescending(i => blocks[i].Bytes).ThenBy(i => i))
        {
            Budget.Check();
            long size = Size(blocks[i]), at = 0;
            foreach (int other in placed.Where(p => blocks[p].Meets(blocks[i])).OrderBy(p => offsets[p]))
            {
                if (at + size <= offsets[other])
                {
                    break;
                }

                at = Math.Max(at, offsets[other] + Size(blocks[other]));
            }

            offsets[i] = at;
            placed.Add(i);
            total = Math.Max(total, at + size);
        }

        return (offsets, total);
    }

    private static long Size(Lifetime block) => Math.Max(Line, (block.Bytes + Line - 1) / Line * Line);

    /// <summary>Memory wanted from step <paramref name="First"/> to step <paramref name="Last"/>, both included.</summary>
    internal readonly record struct Lifetime(long Bytes, int First, int Last)
    {
        public bool Meets(Lifetime other) => First <= other.Last && other.First <= Last;
    }
}

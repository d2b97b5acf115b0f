namespace Mettle.Nn;

/// <summary>Random choice without replacement.</summary>
internal static class Draw
{
    /// <summary><paramref name="count"/> different numbers of 0..<paramref name="of"/>-1, each set equally likely (Floyd's algorithm, Communications of the ACM 30, 1987).</summary>
    public static int[] Distinct(int of, int count, RandomKey key)
    {
        if (count >= of)
        {
            return key.Permutation(of);
        }

        var chosen = new int[count];
        var taken = new HashSet<int>(count);
        for (int i = 0; i < count; i++)
        {
            int last = of - count + i, candidate = key.Below(last + 1, (ulong)i);
            chosen[i] = taken.Add(candidate) ? candidate : last;
            taken.Add(chosen[i]);
        }

        return chosen;
    }
}

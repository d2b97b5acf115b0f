namespace Mettle.Data;

/// <summary>Finds the name a writer most likely meant.</summary>
internal static class Nearest
{
    /// <summary>
    /// The candidate with the smallest edit distance (Levenshtein, letter case ignored), if that is at most a third of the
    /// name's length plus one; else null. The first of equals wins.
    /// </summary>
    public static string? To(string name, IEnumerable<string> candidates)
    {
        int closest = name.Length / 3 + 2;
        string? best = null;
        foreach (string candidate in candidates)
        {
            if (Math.Abs(candidate.Length - name.Length) >= closest)
                continue;
            int distance = Distance(name, candidate);
            if (distance < closest)
                (closest, best) = (distance, candidate);
        }
        return best;
    }

    private static int Distance(string a, string b)
    {
        int[] previous = [.. Enumerable.Range(0, b.Length + 1)];
        int[] current = new int[b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substitution = previous[j - 1] + (char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1);
                current[j] = Math.Min(substitution, Math.Min(previous[j], current[j - 1]) + 1);
            }
            (previous, current) = (current, previous);
        }
        return previous[b.Length];
    }
}

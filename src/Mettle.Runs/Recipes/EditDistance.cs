namespace Mettle.Runs;

/// <summary>Finds the name that a misspelt one was probably meant to be.</summary>
public static class EditDistance
{
    /// <summary>The nearest candidate, or null when none is near enough to be a likely slip.</summary>
    public static string? Nearest(string name, IEnumerable<string> candidates)
    {
        string? best = null;
        int bestDistance = int.MaxValue;
        // Names are short; a megabyte-long key would make the table quadratic for nothing.
        if (name.Length > 64) return null;
        foreach (string candidate in candidates)
        {
            int distance = Between(name.ToLowerInvariant().Replace('_', '-'), candidate.ToLowerInvariant());
            if (distance < bestDistance) (best, bestDistance) = (candidate, distance);
        }

        return bestDistance <= Math.Max(1, Math.Min(3, name.Length / 2)) ? best : null;
    }

    /// <summary>Number of insertions, deletions, substitutions and swaps of neighbours between two strings
    /// (optimal string alignment distance, Damerau 1964).</summary>
    public static int Between(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (int j = 0; j <= b.Length; j++) d[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int change = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}

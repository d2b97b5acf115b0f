namespace Mettle.Web.Report;

/// <summary>A line of a diff: ' ' kept, '-' taken out, '+' put in, '…' lines left out.</summary>
public readonly record struct DiffLine(char Kind, string Text)
{
    /// <summary>Reads a unified-diff line such as "- epochs: 10"; a line without a sign is context.</summary>
    public static DiffLine Parse(string line) => line switch
    {
        ['@', '@', ..] => new('…', line),
        ['-' or '+', ' ', ..] => new(line[0], line[2..]),
        ['-' or '+', ..] => new(line[0], line[1..]),
        _ => new(' ', line.StartsWith("  ", StringComparison.Ordinal) ? line[2..] : line),
    };
}

/// <summary>Line difference of two texts by their longest common subsequence.</summary>
public static class TextDiff
{
    /// <summary>All lines of both texts in reading order.</summary>
    public static IReadOnlyList<DiffLine> Lines(string before, string after)
    {
        string[] a = Split(before), b = Split(after);
        int start = 0, tail = 0;
        while (start < a.Length && start < b.Length && a[start] == b[start])
            start++;
        while (tail < a.Length - start && tail < b.Length - start && a[^(tail + 1)] == b[^(tail + 1)])
            tail++;

        var lines = new List<DiffLine>(a.Take(start).Select(Kept));
        AddMiddle(lines, a.AsSpan(start, a.Length - start - tail), b.AsSpan(start, b.Length - start - tail));
        lines.AddRange(a.TakeLast(tail).Select(Kept));
        return lines;
    }

    /// <summary>Only the changes and <paramref name="context"/> lines around each.</summary>
    public static IReadOnlyList<DiffLine> Changes(string before, string after, int context = 3)
    {
        IReadOnlyList<DiffLine> all = Lines(before, after);
        var near = new bool[all.Count];
        for (int i = 0; i < all.Count; i++)
        {
            if (all[i].Kind == ' ')
                continue;
            for (int k = Math.Max(0, i - context); k <= Math.Min(all.Count - 1, i + context); k++)
                near[k] = true;
        }

        var shown = new List<DiffLine>();
        for (int i = 0; i < all.Count; i++)
        {
            if (near[i])
                shown.Add(all[i]);
            else if (i == 0 || near[i - 1])
                shown.Add(new DiffLine('…', ""));
        }

        return near.Contains(true) ? shown : [];
    }

    private static DiffLine Kept(string line) => new(' ', line);

    private static string[] Split(string text) => text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');

    private static void AddMiddle(List<DiffLine> lines, ReadOnlySpan<string> a, ReadOnlySpan<string> b)
    {
        var common = new int[a.Length + 1, b.Length + 1];
        for (int i = a.Length - 1; i >= 0; i--)
        {
            for (int j = b.Length - 1; j >= 0; j--)
                common[i, j] = a[i] == b[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        for (int i = 0, j = 0; i < a.Length || j < b.Length;)
        {
            if (i < a.Length && j < b.Length && a[i] == b[j])
            {
                lines.Add(Kept(a[i++]));
                j++;
            }
            else if (i < a.Length && (j == b.Length || common[i + 1, j] >= common[i, j + 1]))
            {
                lines.Add(new DiffLine('-', a[i++]));
            }
            else
            {
                lines.Add(new DiffLine('+', b[j++]));
            }
        }
    }
}

namespace Mettle.Web.Charts;

/// <summary>What all labels share at both ends, so that crowded axes need to show only where they differ.</summary>
internal sealed record CommonLabel(string Prefix, string Suffix)
{
    private const int WorthSharing = 4;

    /// <summary>"layers.*.weight", or empty where too little is shared.</summary>
    public string Pattern => Prefix.Length + Suffix.Length == 0 ? "" : $"{Prefix}*{Suffix}";

    public static CommonLabel Of(IReadOnlyList<string> labels)
    {
        if (labels.Distinct(StringComparer.Ordinal).Take(2).Count() < 2)
            return new CommonLabel("", "");
        string first = labels[0];
        int shortest = labels.Min(l => l.Length), head = 0, tail = 0;
        while (head < shortest && labels.All(l => l[head] == first[head]))
            head++;
        while (tail < shortest - head && labels.All(l => l[^(tail + 1)] == first[^(tail + 1)]))
            tail++;

        // A number or word is shown whole, not from where it happens to differ.
        while (head > 0 && char.IsLetterOrDigit(first[head - 1]))
            head--;
        while (tail > 0 && char.IsLetterOrDigit(first[^tail]))
            tail--;
        return head + tail < WorthSharing || head + tail >= shortest
            ? new CommonLabel("", "")
            : new CommonLabel(first[..head], first[^tail..]);
    }

    public string Core(string label) => label[Prefix.Length..^Suffix.Length];
}

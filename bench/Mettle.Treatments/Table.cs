using Mettle.Challenges;

/// <summary>What treatments gave, recipe by recipe.</summary>
internal sealed record Table(string Text)
{
    public static Table Of(IReadOnlyList<Outcome> outcomes)
    {
        var lines = new List<string>
        {
            "| recipe | test metric, points | without | with | difference | 95 % interval | worst run | kept, in how many of the runs | seconds of a run |",
            "|---|---|---|---|---|---|---|---|---|",
        };
        foreach (var recipe in outcomes.GroupBy(o => o.Name))
        {
            var runs = recipe.ToList();
            var (mean, interval, _) = Statistics.PairedT([.. runs.Select(r => r.With - r.Without)]);
            var kept = runs.SelectMany(r => r.Accepted).GroupBy(t => t).OrderByDescending(g => g.Count()).Select(g => $"{g.Key} {g.Count()}");
            lines.Add($"| `{recipe.Key}` | {runs[0].Metric} | {runs.Average(r => r.Without):0.00} | {runs.Average(r => r.With):0.00} | {mean:+0.00;-0.00;0.00} | {interval.Low:+0.00;-0.00;0.00} to {interval.High:+0.00;-0.00;0.00} | {runs.Min(r => r.With - r.Without):+0.00;-0.00;0.00} | {string.Join(", ", kept.DefaultIfEmpty("none"))} (of {runs.Count}) | {runs.Average(r => r.Seconds):0} |");
        }

        return new Table(string.Join('\n', lines));
    }

    /// <summary>Puts the table between the marks of a page that name its command.</summary>
    public void WriteInto(string path, string command)
    {
        string page = File.ReadAllText(path), begin = $"<!-- table: {command} -->";
        int from = page.IndexOf(begin, StringComparison.Ordinal) + begin.Length, to = page.IndexOf("<!-- end -->", from, StringComparison.Ordinal);
        File.WriteAllText(path + ".new", $"{page[..from]}\n{Text}\n{page[to..]}");
        File.Move(path + ".new", path, overwrite: true);
    }
}

using System.CommandLine;
using Mettle.Challenges;
using Mettle.Runs;
using Mettle.Web.Charts;
using Mettle.Web.Report;
using Spectre.Console;

namespace Mettle.Cli.Commands;

/// <summary>Sets two runs side by side.</summary>
internal sealed class CompareCommand : CliCommand
{
    private readonly Argument<string> _a = RunOptions.Run("A");
    private readonly Argument<string> _b = RunOptions.Run("B");
    private readonly Option<string?> _html = new("--html") { Description = "Write the comparison as a page to this file.", HelpName = "FILE" };

    public CompareCommand()
        : base("compare", "Set two runs side by side: metrics, recipes, data and versions.", "mettle compare digits-20250101 latest", "mettle compare A B --html comparison.html")
    {
        Add(_a);
        Add(_b);
        Add(_html);
        Add(RunOptions.Runs);
    }

    protected override int Run(ParseResult parsed, Terminal terminal)
    {
        string root = parsed.GetRequiredValue(RunOptions.Runs);
        RunReport a = ReportFile.Read(RunFolder.Resolve(root, parsed.GetRequiredValue(_a)));
        RunReport b = ReportFile.Read(RunFolder.Resolve(root, parsed.GetRequiredValue(_b)));
        var metrics = Metrics(a, b);
        var diff = TextDiff.Changes(a.FinalRecipe, b.FinalRecipe, context: 0).Where(l => l.Kind is '-' or '+').Select(l => $"{l.Kind} {l.Text.TrimEnd()}").ToList();
        var facts = Facts(a, b);
        if (parsed.GetValue(_html) is { } file)
            AtomicFile.Write(file, stream => ReportWriter.WriteComparisonAsync(a, b, stream).GetAwaiter().GetResult());
        terminal.Result(new
        {
            A = a.RunId,
            B = b.RunId,
            SameRecipe = diff.Count == 0,
            Metrics = metrics.Select(m => new { m.Name, A = m.A?.Value, B = m.B?.Value, Difference = m.B?.Value - m.A?.Value, IntervalA = m.A?.Interval, IntervalB = m.B?.Interval }),
            RecipeDiff = diff,
            Facts = facts.Select(f => new { f.Name, f.A, f.B }),
            Html = parsed.GetValue(_html) is { } page ? Path.GetFullPath(page) : null,
        });
        terminal.Line($"A  {a.RunId}: {a.Summary}");
        terminal.Line($"B  {b.RunId}: {b.Summary}");
        terminal.Line();
        Table table = Terminal.Table("test metric", "A", "B");
        foreach (var (name, left, right) in metrics) table.AddRow(name.EscapeMarkup(), Text(left), Text(right));
        terminal.Show(table);
        terminal.Line();
        terminal.Line(diff.Count == 0 ? "Both ended with the same recipe." : "Recipes, from A to B:");
        foreach (string line in diff) terminal.Markup(line[0] == '-' ? $"  [red]{line.EscapeMarkup()}[/]" : $"  [green]{line.EscapeMarkup()}[/]");
        if (facts.Count > 0)
        {
            terminal.Line();
            Table differences = Terminal.Table("differs", "A", "B");
            foreach (var (name, left, right) in facts) differences.AddRow(name.EscapeMarkup(), left.EscapeMarkup(), right.EscapeMarkup());
            terminal.Show(differences);
        }

        if (parsed.GetValue(_html) is { } written) terminal.Line($"\npage  {Path.GetFullPath(written)}");
        return ExitCode.Good;
    }

    private static List<(string Name, Measurement? A, Measurement? B)> Metrics(RunReport a, RunReport b)
        => [.. a.TestMetrics.Concat(b.TestMetrics).Select(m => m.Metric).Distinct(StringComparer.Ordinal)
            .Select(n => (n, a.TestMetrics.FirstOrDefault(m => m.Metric == n), b.TestMetrics.FirstOrDefault(m => m.Metric == n)))];

    private static List<(string Name, string A, string B)> Facts(RunReport a, RunReport b)
    {
        List<Fact> left = [.. a.Data, .. a.Model, .. a.Manifest], right = [.. b.Data, .. b.Model, .. b.Manifest];
        return [.. left.Concat(right).Select(f => f.Name).Distinct(StringComparer.Ordinal)
            .Select(n => (n, Of(left, n), Of(right, n))).Where(f => f.Item2 != f.Item3)];

        static string Of(List<Fact> facts, string name) => string.Join("; ", facts.Where(f => f.Name == name).Select(f => f.Value));
    }

    private static string Text(Measurement? m)
        => m is null ? "–" : (NumberText.Value(m) + (m.Interval is null ? "" : $" ({NumberText.Range(m)})")).EscapeMarkup();
}

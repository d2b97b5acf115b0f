using Mettle.Challenges;
using Mettle.Runs;
using Mettle.Web.Charts;
using Mettle.Web.Report;
using Spectre.Console;

namespace Mettle.Cli;

/// <summary>How a run ended, for a reader at a terminal and for a script.</summary>
internal static class RunSummary
{
    public static void Show(RunOutcome outcome, Terminal terminal)
    {
        RunReport report = outcome.Report!;
        string? html = FileOf(outcome, ReportFile.Html);
        terminal.Result(new
        {
            Run = report.RunId,
            outcome.Folder,
            outcome.Manifest.Status,
            Verdict = ReportOutcome.Of(report).Headline,
            report.Summary,
            report.TestMetrics,
            report.TestMetricsBefore,
            report.Happened,
            Findings = report.Findings.Select(Row),
            report.Skipped,
            report.Overhead,
            report.Divergence,
            Trials = report.Trials.Select(Row),
            report.Warnings,
            outcome.Manifest.WeightsSha256,
            report.Seconds,
            Report = html,
            Json = FileOf(outcome, ReportFile.Json),
            Weights = FileOf(outcome, MainJob.WeightsFile),
            Onnx = FileOf(outcome, ModelExport.FileName),
        });
        if (terminal.Json) return;
        Verdict(report, terminal);
        Metrics(report, terminal);
        Happened(report, terminal);
        Findings(report.Findings, report.Skipped, terminal);
        Trials(report, terminal);
        foreach (string warning in report.Warnings) terminal.Markup($"[yellow]note[/]  {warning.EscapeMarkup()}");
        terminal.Line();
        if (html is not null) terminal.Line($"report   {html}");
        if (FileOf(outcome, ModelExport.FileName) is { } onnx) terminal.Line($"model    {onnx}");
        terminal.Line($"folder   {outcome.Folder}");
        terminal.Line($"weights  SHA-256 {outcome.Manifest.WeightsSha256}");
    }

    /// <summary>Findings as a table, what is fine as a count.</summary>
    public static void Findings(IReadOnlyList<Finding> findings, IReadOnlyList<SkippedCheck> skipped, Terminal terminal)
    {
        terminal.Line();
        foreach (Finding f in findings.Where(f => f.Severity != Severity.Fine))
        {
            string p = f.AdjustedPValue is null ? "" : $", adjusted p {NumberText.PValue(f.AdjustedPValue)}";
            string where = f.Place is { } place ? $"; {place}" : "";
            terminal.Markup($"{(f.Severity == Severity.Problem ? "[red]problem[/]" : "[yellow]notice[/]")}  [bold]{f.Challenge.Value.EscapeMarkup()}[/]: {f.Title.EscapeMarkup()}");
            terminal.Markup($"         [grey]{$"{f.Measured.Metric} {NumberText.Value(f.Measured)}, threshold {NumberText.ValueLike(f.Threshold, f.Measured)}{p}{where}".EscapeMarkup()}[/]");
            if (f is { Severity: Severity.Problem, Remedies.Count: > 0 }) terminal.Markup($"         [grey]remedies {string.Join(", ", f.Remedies).EscapeMarkup()}[/]");
        }

        string[] fine = [.. findings.Where(f => f.Severity == Severity.Fine).Select(f => f.Check).Distinct(StringComparer.Ordinal)];
        if (fine.Length > 0) terminal.Markup($"[green]fine[/]  {ReportOutcome.Count(fine.Length, "check")}: {string.Join(", ", fine).EscapeMarkup()}");
        foreach (SkippedCheck s in skipped) terminal.Markup($"[grey]skipped[/]  {$"{s.Challenge}: {s.Check}: {s.Reason}".EscapeMarkup()}");
    }

    /// <summary>A finding for scripts: numbers without charts.</summary>
    public static object Row(Finding f) => new
    {
        Challenge = f.Challenge.Value,
        f.Check,
        f.Severity,
        f.Title,
        f.Explanation,
        f.Measured,
        f.Threshold,
        f.PValue,
        f.AdjustedPValue,
        f.Place,
        f.Remedies,
    };

    private static object Row(Trial t) => new
    {
        t.Treatment,
        Challenge = t.Challenge.Value,
        t.Verdict,
        t.Reason,
        t.Baseline,
        t.Treated,
        t.Difference,
        t.PValue,
        t.AdjustedPValue,
        t.Cost,
        t.Conflicts,
        t.RecipeDiff,
        t.Seeds,
        t.Seconds,
    };

    private static void Verdict(RunReport report, Terminal terminal)
    {
        ReportOutcome outcome = ReportOutcome.Of(report);
        string colour = outcome.Tone switch { "good" or "treated" => "green", "open" => "yellow", _ => "grey" };
        terminal.Line();
        terminal.Markup($"[bold {colour}]{report.Name.EscapeMarkup()}: {outcome.Headline.EscapeMarkup()}.[/]");
        terminal.Markup(report.Summary.EscapeMarkup());
    }

    private static void Metrics(RunReport report, Terminal terminal)
    {
        if (report.TestMetrics.Count == 0) return;
        bool treated = report.TestMetricsBefore.Count > 0;
        terminal.Line();
        Table table = treated ? Terminal.Table("metric", "value", "interval", "before treatment") : Terminal.Table("metric", "value", "interval");
        foreach (Measurement m in report.TestMetrics)
        {
            string[] row = [m.Metric.EscapeMarkup(), $"[bold]{NumberText.Value(m).EscapeMarkup()}[/]", NumberText.Range(m).EscapeMarkup()];
            string before = report.TestMetricsBefore.FirstOrDefault(b => b.Metric == m.Metric) is { } b ? NumberText.Value(b).EscapeMarkup() : "";
            table.AddRow(treated ? [.. row, before] : row);
        }

        terminal.Show(table);
    }

    private static void Happened(RunReport report, Terminal terminal)
    {
        if (report.Happened.Count == 0) return;
        terminal.Line();
        foreach (TrainingEvent e in report.Happened)
        {
            terminal.Markup($"{(e.Remedy.Length > 0 ? "[green]recovered[/]" : "[red]broke off[/]")}  [bold]{e.Name.EscapeMarkup()}[/] {$"({e.Training}; {e.Place})".EscapeMarkup()}");
            string from = e.WentOnFrom is { } place ? $" It went on from {place}." : "";
            terminal.Markup($"           {$"{e.Finding} {e.Remedy}{from}".EscapeMarkup()}");
        }
    }

    private static void Trials(RunReport report, Terminal terminal)
    {
        if (report.Trials.Count == 0) return;
        terminal.Line();
        foreach (Trial t in report.Trials)
        {
            string mark = t.Verdict switch { Challenges.Verdict.Accepted => "[green]accepted[/]", Challenges.Verdict.RolledBack => "[yellow]rolled back[/]", _ => "[grey]not tried[/]" };
            string numbers = t.Verdict == Challenges.Verdict.NotTried ? "" : $" {NumberText.Difference(t.Difference)} ({NumberText.DifferenceRange(t.Difference)}), {t.Seeds} pairs.";
            terminal.Markup($"{mark}  [bold]{t.Treatment.EscapeMarkup()}[/]{numbers.EscapeMarkup()} {t.Reason.EscapeMarkup()}");
            foreach (string line in t.RecipeDiff.Take(8)) terminal.Line($"    {line}");
        }
    }

    /// <summary>A file of the run's folder, null if it is not there.</summary>
    public static string? FileOf(RunOutcome outcome, string name)
    {
        string path = Path.Combine(outcome.Folder, name);
        return File.Exists(path) ? path : null;
    }
}

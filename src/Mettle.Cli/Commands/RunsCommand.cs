using System.CommandLine;
using Mettle.Runs;
using Spectre.Console;

namespace Mettle.Cli.Commands;

/// <summary>Lists run folders.</summary>
internal sealed class RunsCommand : CliCommand
{
    public RunsCommand()
        : base("runs", "List the runs, newest first.", "mettle runs", "mettle runs --runs /data/runs --json")
        => Add(RunOptions.Runs);

    protected override int Run(ParseResult parsed, Terminal terminal)
    {
        string root = parsed.GetRequiredValue(RunOptions.Runs);
        var runs = RunFolder.List(root);
        terminal.Result(runs.Select(r => new
        {
            Id = Path.GetFileName(r.Path),
            Folder = r.Path,
            r.Manifest?.Name,
            r.Manifest?.Status,
            r.Manifest?.Created,
            r.Manifest?.Ended,
            r.Manifest?.RecipeHash,
            r.Manifest?.WeightsSha256,
            Error = r.Problem ?? r.Manifest?.Error,
        }));
        if (runs.Count == 0)
        {
            terminal.Line($"no runs in {Path.GetFullPath(root)}; 'mettle run RECIPE' makes one");
            return ExitCode.Good;
        }

        Table table = Terminal.Table("run", "status", "started (UTC)", "recipe", "weights");
        foreach (RunEntry run in runs)
        {
            string id = Path.GetFileName(run.Path).EscapeMarkup();
            if (run.Manifest is { } m)
                table.AddRow(id, Colour(m.Status), m.Created.UtcDateTime.ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture), Short(m.RecipeHash), Short(m.WeightsSha256));
            else
                table.AddRow(id, "[red]damaged[/]", "", (run.Problem ?? "").EscapeMarkup(), "");
        }

        terminal.Show(table);
        return ExitCode.Good;
    }

    private static string Short(string? hash) => hash is null ? "" : hash[..Math.Min(12, hash.Length)];

    private static string Colour(RunStatus status) => status switch
    {
        RunStatus.Finished => "[green]finished[/]",
        RunStatus.Running => "[blue]running[/]",
        RunStatus.Failed => "[red]failed[/]",
        _ => "[yellow]interrupted[/]",
    };
}

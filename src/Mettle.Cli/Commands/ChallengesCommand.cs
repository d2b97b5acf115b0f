using System.CommandLine;
using Mettle.Challenges;
using Spectre.Console;

namespace Mettle.Cli.Commands;

/// <summary>Lists the catalogue.</summary>
internal sealed class ChallengesCommand : CliCommand
{
    private readonly Option<bool> _conflicts = new("--conflicts") { Description = "What treatments do not go with, as a Markdown table." };

    public ChallengesCommand()
        : base("challenges", "List the challenges with their checks, treatments and last proof.", "mettle challenges", "mettle challenges --conflicts", "mettle challenges --json")
        => Add(_conflicts);

    protected override int Run(ParseResult parsed, Terminal terminal)
    {
        if (parsed.GetValue(_conflicts))
        {
            terminal.Result(ConflictTable.Of(House.Catalogue));
            terminal.Line(ConflictTable.Markdown(House.Catalogue).TrimEnd());
            return ExitCode.Good;
        }

        var rows = House.Catalogue.All.Select(c => (Challenge: c, Last: ProofRecord.Last(c.Id.Value))).ToList();
        terminal.Result(rows.Select(r => new
        {
            Id = r.Challenge.Id.Value,
            r.Challenge.Group,
            r.Challenge.Summary,
            Checks = r.Challenge.Checks.Select(c => c.Name),
            Treatments = r.Challenge.Treatments.Select(t => new { t.Name, t.Summary, t.Source }),
            Proof = new { r.Challenge.Proof.Description, r.Last },
        }));
        Table table = Terminal.Table("challenge", "group", "checks", "treatments", "last proof");
        foreach (var (c, last) in rows)
        {
            table.AddRow(
                $"[bold]{c.Id.Value.EscapeMarkup()}[/]", c.Group.EscapeMarkup(), string.Join(", ", c.Checks.Select(k => k.Name)).EscapeMarkup(),
                string.Join(", ", c.Treatments.Select(t => t.Name)).EscapeMarkup(), Proof(last));
        }

        terminal.Show(table);
        return ExitCode.Good;
    }

    private static string Proof(ProofRecord? last) => last switch
    {
        null => "[grey]none on record[/]",
        { Passed: true } => $"[green]passed[/] {last.At:yyyy-MM-dd}, {last.Seeds} seeds",
        _ => $"[red]failed[/] {last.At:yyyy-MM-dd}, {last.Seeds} seeds",
    };
}

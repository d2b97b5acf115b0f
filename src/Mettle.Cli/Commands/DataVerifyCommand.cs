using System.CommandLine;
using Mettle.Data;
using Spectre.Console;

namespace Mettle.Cli.Commands;

/// <summary>Compares files with their checksums.</summary>
internal sealed class DataVerifyCommand : CliCommand
{
    private readonly Argument<string[]> _names = new("NAME") { Description = "Data sets; all if none is named.", Arity = ArgumentArity.ZeroOrMore };

    public DataVerifyCommand()
        : base("verify", "Compare data sets with their checksums; exit code 1 if a file is missing or differs.", "mettle data verify", "mettle data verify adult fashion-mnist")
        => Add(_names);

    protected override int Run(ParseResult parsed, Terminal terminal)
    {
        DataCatalog catalog = DataCatalog.FromEnvironment();
        string[] names = parsed.GetValue(_names) ?? [];
        DataSetEntry[] entries = names.Length == 0 ? [.. catalog.Entries] : [.. names.Select(n => catalog[n])];
        var checks = new List<(DataSetEntry Entry, FileCheck Check)>();
        using (var progress = terminal.Progress())
        using (var stage = progress.Stage("verifying", entries.Sum(e => e.Files.Length)))
        {
            foreach (DataSetEntry entry in entries)
            {
                stage.At(entry.Name);
                foreach (FileCheck check in catalog.Verify(entry))
                {
                    checks.Add((entry, check));
                    stage.Advance();
                }
            }
        }

        var bad = checks.Where(c => c.Check.State != FileState.Good).ToList();
        terminal.Result(new
        {
            catalog.Root,
            Good = checks.Count - bad.Count,
            Bad = bad.Select(c => new { DataSet = c.Entry.Name, c.Check.File.Path, c.Check.State, Expected = c.Check.File.Sha256, Actual = c.Check.ActualSha256 }),
        });
        foreach (var (_, check) in bad)
        {
            string told = check.State == FileState.Missing ? "is missing" : $"has SHA-256 {check.ActualSha256}, expected {check.File.Sha256}";
            terminal.Markup($"[red]{Path.Combine(catalog.Root, check.File.Path).EscapeMarkup()} {told}[/]");
        }

        terminal.Line($"{checks.Count - bad.Count} of {checks.Count} files are as listed");
        return bad.Count == 0 ? ExitCode.Good : ExitCode.Failed;
    }
}

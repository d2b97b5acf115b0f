using System.CommandLine;
using Mettle.Challenges;
using Mettle.Data;
using Mettle.Web.Charts;
using Spectre.Console;

namespace Mettle.Cli.Commands;

/// <summary>Lists the data sets of the folder METTLE_DATA.</summary>
internal sealed class DataListCommand : CliCommand
{
    public DataListCommand()
        : base("list", "List the data sets in the folder that METTLE_DATA names.", "mettle data list")
    {
    }

    protected override int Run(ParseResult parsed, Terminal terminal)
    {
        DataCatalog catalog = DataCatalog.FromEnvironment();
        terminal.Result(new
        {
            catalog.Root,
            DataSets = catalog.Entries.Select(e => new { e.Name, e.Description, e.Licence, e.Bytes, Files = e.Files.Select(f => new { f.Path, f.Sha256, f.Bytes }) }),
        });
        var table = Terminal.Table("name", "size", "licence", "what");
        foreach (DataSetEntry e in catalog.Entries)
        {
            int missing = e.Files.Count(f => f.Bytes is null);
            string size = NumberText.Value(new Measurement("size", e.Bytes, Unit: "bytes")) + (missing > 0 ? $", {missing} missing" : "");
            table.AddRow(e.Name.EscapeMarkup(), size.EscapeMarkup(), e.Licence.EscapeMarkup(), e.Description.EscapeMarkup());
        }

        terminal.Show(table);
        return ExitCode.Good;
    }
}

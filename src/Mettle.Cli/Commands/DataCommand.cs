using System.CommandLine;

namespace Mettle.Cli.Commands;

/// <summary>The known data sets.</summary>
internal sealed class DataCommand : Command
{
    public DataCommand()
        : base("data", "List, verify and fetch data sets.")
    {
        Add(new DataListCommand());
        Add(new DataVerifyCommand());
        Add(new DataGetCommand());
    }
}

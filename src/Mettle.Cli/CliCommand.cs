using System.CommandLine;

namespace Mettle.Cli;

/// <summary>A command with examples for its help.</summary>
internal abstract class CliCommand : Command
{
    /// <summary>Taken by every command.</summary>
    public static readonly Option<bool> Json = new("--json") { Description = "Write one JSON value to the standard output, nothing else.", Recursive = true };

    protected CliCommand(string name, string description, params IReadOnlyList<string> examples)
        : base(name, description)
    {
        Examples = examples;
        SetAction(parsed => Run(parsed, new Terminal(parsed.GetValue(Json))));
    }

    /// <summary>Whole command lines, each with a comment where it needs one.</summary>
    public IReadOnlyList<string> Examples { get; }

    /// <summary>Does it and gives the exit code; exceptions become messages.</summary>
    protected abstract int Run(ParseResult parsed, Terminal terminal);
}

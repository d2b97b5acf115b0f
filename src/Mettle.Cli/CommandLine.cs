using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Text.Json;
using Mettle.Runs;

namespace Mettle.Cli;

/// <summary>The commands put together; parses, runs and turns every fault into lines and an exit code.</summary>
internal static class CommandLine
{
    public static IReadOnlyList<string> Examples { get; } =
    [
        "mettle run samples/digits/recipe.yaml      the whole job: train, examine, treat, prove, report",
        "mettle run --resume latest                 go on with an interrupted run",
        "mettle prove overfitting --seeds 5         run a challenge's experiment",
    ];

    public static int Run(IReadOnlyList<string> args)
    {
        RootCommand root = Root();
        // Without a replacer '@' has no meaning of its own in an argument.
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        bool json = parsed.GetValue(CliCommand.Json);
        if (parsed.Action is ParseErrorAction || parsed.UnmatchedTokens.Count > 0 || Unknown(parsed).Any()) return Refuse(new Failure(ExitCode.BadInput, Misread(parsed)), json);
        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception e)
        {
            return Refuse(Failure.Of(e), json);
        }
    }

    private static RootCommand Root()
    {
        var root = new RootCommand("Deep learning that meets its known challenges: checks for each, treats what it finds, proves that it helped.")
        {
            CliCommand.Json,
        };
        foreach (Command command in House.Commands()) root.Add(command);
        var help = root.Options.OfType<HelpOption>().Single();
        var shown = new HelpWithExamples((HelpAction)help.Action!);
        help.Action = shown;
        root.SetAction(shown.Invoke);
        return root;
    }

    private static int Refuse(Failure failure, bool json)
    {
        foreach (string line in failure.Lines) Console.Error.WriteLine($"mettle: {line}");
        if (json) Console.Out.WriteLine(JsonSerializer.Serialize(new { Errors = failure.Lines }, Terminal.JsonOptions));
        return failure.ExitCode;
    }

    private static List<string> Misread(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string path = string.Join(' ', Path(command));
        var lines = new List<string>();
        string[] unknown = [.. Unknown(parsed)];
        foreach (string token in unknown.Length > 0 ? unknown : parsed.UnmatchedTokens)
        {
            bool option = token.StartsWith('-');
            var known = option
                ? command.Options.Concat(parsed.RootCommandResult.Command.Options.Where(o => o.Recursive)).Select(o => o.Name)
                : command.Subcommands.Select(c => c.Name);
            string kind = option ? "option" : command.Subcommands.Count > 0 ? "command" : "argument";
            string mend = EditDistance.Nearest(token, known) is { } near ? $"did you mean '{near}'?" : $"'{path} --help' lists what there is";
            lines.Add($"'{path}' has no {kind} '{token}'; {mend}");
        }

        if (lines.Count == 0) lines.AddRange(parsed.Errors.Select(e => $"{e.Message.TrimEnd('.')}; '{path} --help' says more").Distinct(StringComparer.Ordinal));
        return lines;
    }

    /// <summary>Options that do not exist; the library takes them for arguments where there is room for one.</summary>
    private static IEnumerable<string> Unknown(ParseResult parsed)
        => parsed.Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash).Where(t => t.Type == TokenType.Argument && t.Value.StartsWith("--", StringComparison.Ordinal)).Select(t => t.Value);

    private static IEnumerable<string> Path(Symbol command)
        => command.Parents.FirstOrDefault() is { } parent ? Path(parent).Append(command.Name) : ["mettle"];
}

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Mettle.Cli;

/// <summary>The library's help, then the command's examples.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        int code = help.Invoke(parseResult);
        var examples = parseResult.CommandResult.Command switch
        {
            CliCommand command => command.Examples,
            RootCommand => CommandLine.Examples,
            _ => [],
        };
        if (examples.Count > 0)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (string example in examples) output.WriteLine("  " + example);
            output.WriteLine();
        }

        return code;
    }
}

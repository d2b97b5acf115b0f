using System.CommandLine;
using Mettle.Web.Report;

namespace Mettle.Cli.Commands;

/// <summary>The main job.</summary>
internal sealed class RunCommand : JobCommand
{
    private const string Never = "never";
    private const string Findings = "findings";

    private readonly Option<string> _failOn = FailOn();

    public RunCommand()
        : base(
            JobKind.Run,
            "run",
            "The whole job: read, train, examine, treat what was found, prove it on held-out data, report.",
            "mettle run samples/digits/recipe.yaml",
            "mettle run recipe.yaml --set train.epochs=5 --set treat.enabled=false",
            "mettle run --resume latest",
            "mettle run recipe.yaml --fail-on findings      exit code 1 if a problem is left untreated")
        => Add(_failOn);

    /// <summary>When findings end with exit code 1.</summary>
    public static Option<string> FailOn() => new Option<string>("--fail-on")
    {
        Description = "End with exit code 1 if a problem was found that no accepted treatment answers.",
        HelpName = $"{Never}|{Findings}",
        DefaultValueFactory = _ => Never,
    }.AcceptOnlyFromAmong(Never, Findings);

    /// <summary>The exit code of <paramref name="untreated"/> problems.</summary>
    public static int Code(string failOn, int untreated) => failOn == Findings && untreated > 0 ? ExitCode.Failed : ExitCode.Good;

    protected override int Show(RunOutcome outcome, ParseResult parsed, Terminal terminal)
    {
        RunSummary.Show(outcome, terminal);
        return outcome.Report!.Divergence is not null ? ExitCode.Failed : Code(parsed.GetRequiredValue(_failOn), ReportOutcome.Of(outcome.Report).Untreated);
    }
}

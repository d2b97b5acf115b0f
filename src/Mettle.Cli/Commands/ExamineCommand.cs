using System.CommandLine;
using Mettle.Challenges;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Cli.Commands;

/// <summary>Runs the checks again on the model of a finished run.</summary>
internal sealed class ExamineCommand : CliCommand
{
    private readonly Argument<string> _run = RunOptions.Run();
    private readonly Option<string> _failOn = RunCommand.FailOn();

    public ExamineCommand()
        : base("examine", "Run the checks on the model of a finished run.", "mettle examine latest", "mettle examine digits-20250101 --json")
    {
        Add(_run);
        Add(_failOn);
        Add(RunOptions.Runs);
        Add(RunOptions.Threads);
    }

    protected override int Run(ParseResult parsed, Terminal terminal)
    {
        if (parsed.GetValue(RunOptions.Threads) is { } threads) Scheduler.Threads = threads;
        using RunFolder folder = RunFolder.OpenRead(RunFolder.Resolve(parsed.GetRequiredValue(RunOptions.Runs), parsed.GetRequiredValue(_run)));
        Examination examination;
        using (var progress = terminal.Progress())
        {
            using var interruption = new Interruption(progress.Note, "stopping after this check");
            try
            {
                Subject subject = FinishedModel.Load(folder, progress);
                examination = Examination.Run(House.Catalogue, subject, progress, interruption.Token);
            }
            catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
            {
                return interruption.ExitCode;
            }
        }

        terminal.Result(new
        {
            Run = folder.Id,
            folder.Manifest.WeightsSha256,
            Problems = examination.Problems.Count,
            Findings = examination.Findings.Select(RunSummary.Row),
            examination.Skipped,
        });
        terminal.Line($"{folder.Id}: {(examination.Problems.Count == 0 ? "no problem found" : $"{examination.Problems.Count} of {examination.Findings.Count} findings are problems")}");
        RunSummary.Findings(examination.Findings, examination.Skipped, terminal);
        return RunCommand.Code(parsed.GetRequiredValue(_failOn), examination.Problems.Count);
    }
}

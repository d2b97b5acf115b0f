using System.CommandLine;
using System.Globalization;
using Mettle.Challenges;
using Mettle.Cli.Models;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Cli.Commands;

/// <summary>Runs the checks again on the model of a finished run, or looks at an ONNX file.</summary>
internal sealed class ExamineCommand : CliCommand
{
    private readonly Argument<string> _subject = new("RUN|MODEL") { Description = "A run: 'latest', its name or the beginning of it, or its folder; or an ONNX file." };
    private readonly Option<string[]> _shape = new("--shape") { Description = "ONNX: the shape of an input whose dimensions are open; may be given several times.", HelpName = "NAME=1,3,224,224" };
    private readonly Option<string> _failOn = RunCommand.FailOn();

    public ExamineCommand()
        : base(
            "examine",
            "Run the checks on the model of a finished run, or look at an ONNX file: structure, cost, sanity, unsupported parts.",
            "mettle examine latest",
            "mettle examine model.onnx --shape image=1,3,224,224",
            "mettle examine model.onnx --json     exit code 1 if a part of it is not supported")
    {
        Add(_subject);
        Add(_shape);
        Add(_failOn);
        Add(RunOptions.Runs);
        Add(RunOptions.Threads);
    }

    protected override int Run(ParseResult parsed, Terminal terminal)
    {
        if (parsed.GetValue(RunOptions.Threads) is { } threads) Scheduler.Threads = threads;
        string subject = parsed.GetRequiredValue(_subject);
        return ModelFile.IsFile(subject) ? Model(subject, parsed, terminal) : Run(subject, parsed, terminal);
    }

    private int Model(string path, ParseResult parsed, Terminal terminal)
    {
        var shapes = (parsed.GetValue(_shape) ?? []).Select(ShapeOf).ToDictionary(s => s.Name, s => s.Shape, StringComparer.Ordinal);
        ModelExamination examination;
        using (var progress = terminal.Progress()) examination = ModelExamination.Of(path, shapes, progress);
        terminal.Result(examination.ToJson());
        examination.Show(terminal);
        return examination.Model.Gaps.Count > 0 ? ExitCode.Failed : RunCommand.Code(parsed.GetRequiredValue(_failOn), examination.Findings.Count(f => f.Severity == Severity.Problem));
    }

    private static (string Name, Shape Shape) ShapeOf(string text)
    {
        int split = text.LastIndexOf('=');
        int[] sizes = [.. text[(split + 1)..].Split(',').Select(s => int.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : -1)];
        return split > 0 && sizes.Length <= Shape.MaxRank && Array.TrueForAll(sizes, n => n >= 0)
            ? (text[..split], new Shape(sizes))
            : throw new BadInputException($"--shape {text}: is not NAME=SIZES, e.g. --shape image=1,3,224,224");
    }

    private int Run(string run, ParseResult parsed, Terminal terminal)
    {
        if ((parsed.GetValue(_shape) ?? []).Length > 0) throw new BadInputException("--shape: is for ONNX files; a run knows its input's shape");
        using RunFolder folder = RunFolder.OpenRead(RunFolder.Resolve(parsed.GetRequiredValue(RunOptions.Runs), run));
        Examination examination;
        IReadOnlyList<Finding> findings;
        using (var progress = terminal.Progress())
        {
            using var interruption = new Interruption(progress.Note, "stopping after this check");
            try
            {
                Subject subject = FinishedModel.Load(folder, progress);
                examination = Examination.Run(House.Catalogue, subject, progress, interruption.Token);
                findings = examination.For(House.Catalogue, subject.Recipe);
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
            Findings = findings.Select(RunSummary.Row),
            examination.Skipped,
        });
        terminal.Line($"{folder.Id}: {(examination.Problems.Count == 0 ? "no problem found" : $"{examination.Problems.Count} of {examination.Findings.Count} findings are problems")}");
        RunSummary.Findings(findings, examination.Skipped, terminal);
        return RunCommand.Code(parsed.GetRequiredValue(_failOn), examination.Problems.Count);
    }
}

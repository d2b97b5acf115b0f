using System.CommandLine;
using Mettle.Challenges;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Cli.Commands;

/// <summary>Trains and packages only.</summary>
internal sealed class TrainCommand()
    : JobCommand(JobKind.Train, "train", "Train and package the weights, without examination or treatment.", "mettle train recipe.yaml", "mettle train recipe.yaml --threads 1 --json", "mettle train --resume latest")
{
    protected override int Show(RunOutcome outcome, ParseResult parsed, Terminal terminal)
    {
        string weights = Path.Combine(outcome.Folder, MainJob.WeightsFile);
        string? onnx = RunSummary.FileOf(outcome, ModelExport.FileName);
        EpochInfo? last = outcome.History.Count > 0 ? outcome.History[^1] : null;
        terminal.Result(new
        {
            Run = outcome.Manifest.RunId,
            outcome.Folder,
            outcome.Manifest.Status,
            outcome.Manifest.WeightsSha256,
            Weights = weights,
            Onnx = onnx,
            outcome.Divergence,
            Epochs = outcome.History,
        });
        if (outcome.Divergence is { } divergence) Console.Error.WriteLine($"mettle: {divergence}");
        terminal.Line($"{outcome.Manifest.Name}: trained {outcome.History.Count} epochs");
        if (last is not null)
        {
            terminal.Line($"  training loss    {last.TrainLoss:0.####}");
            if (last.ValidationLoss is { } loss) terminal.Line($"  validation loss  {loss:0.####}");
            foreach (var (name, value) in last.ValidationMetrics) terminal.Line($"  validation {name}  {value:0.####}");
        }

        terminal.Line($"  SHA-256          {outcome.Manifest.WeightsSha256}");
        terminal.Line($"  weights          {weights}");
        if (onnx is not null) terminal.Line($"  model            {onnx}");
        return outcome.Divergence is null ? ExitCode.Good : ExitCode.Failed;
    }
}

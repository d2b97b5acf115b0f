using System.Globalization;
using Mettle.Nn;

namespace Mettle.Challenges.Optimisation;

/// <summary>Counts the breakdowns of the training: those it recovered from, and the one that ended it.</summary>
public sealed class Breakdowns : Check
{
    /// <inheritdoc/>
    public override string Name => "breakdowns";

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        var result = subject.Model.Result;
        var steps = result.Recoveries.Where(r => r.Cause != FailureCause.BadSample).ToList();
        int count = steps.Count + (result.Divergence is null ? 0 : 1);
        var rows = result.Recoveries.Select(r => (IReadOnlyList<string>)[$"{r.Epoch + 1}", $"{r.Step + 1}", Words(r.Cause), r.Finding, r.Remedy]).ToList();
        if (result.Divergence is { } end)
        {
            rows.Add([$"{end.Epoch + 1}", $"{end.Step + 1}", "divergence", end.Cause, "training ended"]);
        }

        string title = result.Divergence is { } d ? d.Message
            : count > 0 ? $"Training broke down {(count == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{count} times"))} and recovered: {Words(steps[0].Cause)} in epoch {steps[0].Epoch + 1}, step {steps[0].Step + 1}. {steps[0].Remedy}"
            : rows.Count > 0 ? $"Broken rows were left out of training: {result.Recoveries[0].Message}"
            : "Training did not break down.";
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            title,
            "Steps whose loss or gradient is not finite, losses that rise far above their median and near that of a constant answer for several steps in a row, and starts that lead nowhere while loss or weights blow up.",
            new Measurement("breakdowns", count),
            0,
            null,
            count > 0 ? Severity.Problem : rows.Count > 0 ? Severity.Notice : Severity.Fine,
            rows.Count == 0 ? [] : [new TableEvidence("Breakdowns", ["epoch", "step", "cause", "what was seen", "remedy"], rows)],
            count == 0 ? [] : Remedies(steps)));
    }

    private static string[] Remedies(List<TrainingRecovery> steps)
        => steps.Count > 0 && steps.TrueForAll(r => r.Cause == FailureCause.ExplodingGradient || r.ClipNorm > 0)
            ? ["gradient-clipping", "warm-up", "rate-range-test"]
            : ["rate-range-test", "warm-up", "gradient-clipping", "one-cycle"];

    private static string Words(FailureCause cause) => cause switch
    {
        FailureCause.BadSample => "broken rows",
        FailureCause.NonFinite => "not finite",
        FailureCause.ExplodingGradient => "exploding gradient",
        FailureCause.LossSpike => "loss spike",
        _ => "failed start",
    };
}

using Mettle.Challenges.Model;
using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>How many epochs training spent at the loss of a constant answer before it got away from there, if it did.</summary>
public sealed class Plateau : Check
{
    private const double Nothing = 0.97, MostShare = 0.1;

    /// <inheritdoc/>
    public override string Name => "plateau";

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        if (subject.LossIsOfTasks is { } why)
        {
            return CheckResult.Skip(why);
        }

        var h = subject.Model.Result.History;
        if (h.Count < 5)
        {
            return CheckResult.Skip($"{h.Count} epochs are too few to speak of a plateau.");
        }

        if (subject.Recipe["train.loss"].Text() is not ("auto" or "cross-entropy" or "mse"))
        {
            return CheckResult.Skip("The training loss is neither cross-entropy nor squared error, whose constant answers are known.");
        }

        double smoothing = Uses.LabelSmoothing(subject.Recipe) ? subject.Recipe["train.loss.cross-entropy.label-smoothing"].Double() : 0;
        double constant = smoothing > 0 ? Smoothed(subject.Model.Train, smoothing) : subject.Model.Train.ConstantLosses().Average();
        int length = h.TakeWhile(e => !(e.TrainLoss < Nothing * constant)).Count();
        bool over = length >= 2 && length > MostShare * h.Count;
        double[] x = [.. h.Select(e => e.Epoch + 1.0)];
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            !over ? "Training left the loss of a constant answer at once." : length == h.Count ? "Training never got below the loss of a constant answer." : $"Training spent {length} of {h.Count} epochs at the loss of a constant answer.",
            $"First epochs whose mean training loss is above {100 * Nothing:0} % of a constant answer's ({constant:0.000}), as a share of all.",
            new Measurement("share of epochs on the first plateau", length / (double)h.Count, Unit: "%"),
            MostShare,
            null,
            over ? Severity.Problem : Severity.Fine,
            [new LineChart("Training loss", "epoch", "loss", [new Series("training", x, [.. h.Select(e => e.TrainLoss)]), new Series("constant answer", x, [.. x.Select(_ => constant)])])],
            over ? ["rate-range-test", "adamw", "warm-up", "he-init", "normalisation", "muon"] : []));
    }

    // Under label smoothing the best constant answer is the smoothed shares.
    private static double Smoothed(Evaluation train, double smoothing)
    {
        int classes = train.Predictions.Classes;
        double even = smoothing / classes;
        var shares = train.Predictions.Labels.GroupBy(l => l).Select(g => ((1 - smoothing) * g.Count() / train.Count) + even).ToList();
        return -shares.Sum(s => s * Math.Log(s)) - ((classes - shares.Count) * even * Math.Log(even));
    }
}

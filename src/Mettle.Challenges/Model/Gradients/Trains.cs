using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>
/// Whether training led anywhere: the loss on the training rows against that of the best constant answer (the classes'
/// shares, or the mean), row by row.
/// </summary>
public sealed class Trains : Check
{
    // A network that takes off less than this share of the constant answer's loss has in effect not begun to learn.
    private const double Threshold = 0.05;

    /// <inheritdoc/>
    public override string Name => "trains";

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        if (subject.LossIsOfTasks is { } why)
        {
            return CheckResult.Skip(why);
        }

        var train = subject.Model.Train;
        double[] constant = train.ConstantLosses();
        double reference = constant.Average();
        if (reference == 0)
        {
            return CheckResult.Skip("All training rows have one target: there is nothing to learn.");
        }

        // A network whose outputs are not finite has learned nothing.
        double[] losses = train.Losses();
        double[] gains = new double[losses.Length], shortfalls = new double[losses.Length];
        double mean = 0;
        for (int i = 0; i < losses.Length; i++)
        {
            double c = constant[i], l = double.IsFinite(losses[i]) ? losses[i] : c;
            (gains[i], shortfalls[i]) = ((c - l) / reference, (Threshold * c) - (c - l));
            mean += l / losses.Length;
        }

        var (gain, interval, _) = Statistics.PairedT(gains);
        double p = Statistics.PairedT(shortfalls).PValue;
        bool over = gain < Threshold;
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            over ? "The network does not train: it does no better on its own training rows than a constant answer." : $"Training took {100 * gain:0} % off the loss of a constant answer.",
            $"Mean loss of {losses.Length} training rows after training, {mean:0.0000}, against always answering {(train.Task == LearningTask.Classification ? "the classes' shares" : "the mean")}, {reference:0.0000}; paired by row.",
            new Measurement("share of the constant answer's loss taken off", gain, interval, "%"),
            Threshold,
            p,
            over ? Severity.Problem : Severity.Fine,
            [Curve(subject, reference)],
            over ? Remedies.For(Symptom.NoTraining, subject) : []));
    }

    private static LineChart Curve(Subject subject, double constant)
    {
        var h = subject.Model.Result.History;
        double[] x = [.. h.Select(e => e.Epoch + 1.0)];
        return new LineChart("Training loss", "epoch", "loss",
        [
            new Series("training", x, [.. h.Select(e => e.TrainLoss)]),
            new Series("constant answer", x, [.. x.Select(_ => constant)]),
        ]);
    }
}

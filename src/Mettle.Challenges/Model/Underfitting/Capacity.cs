using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>
/// Whether the network can learn a handful of rows by heart: a fresh one, without regularisation, is trained on a few rows only. A
/// network that trained well has shown it already.
/// </summary>
/// <remarks>
/// The test before any training that Goodfellow, Bengio and Courville, Deep Learning (2016), section 11.5, advise: a network that cannot
/// fit a handful of rows has a fault or lacks capacity.
/// </remarks>
public sealed class Capacity : Check
{
    private const int Rows = 16, Steps = 40;
    private const double Rate = 0.01;

    // Half the way from a constant answer to a perfect one, on rows it sees up to forty times.
    private const double Threshold = 0.5;

    // More is not asked for: the steps end here.
    private const double Enough = 0.75;

    // A network that takes off this share of the constant answer's loss on all its rows can fit a few of them.
    private const double Shown = 0.9;

    /// <inheritdoc/>
    public override string Name => "capacity";

    /// <inheritdoc/>
    public override double Wants(Subject subject) => TrainedShare(subject.Model.Train) >= Shown ? 0 : Rows * Steps;

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        var train = subject.Model.Train;
        if (train.ConstantLosses().Average() == 0)
        {
            return CheckResult.Skip("All training rows have one target: there is nothing to learn.");
        }

        double trained = TrainedShare(train);
        if (trained >= Shown)
        {
            return CheckResult.Of(Finding(
                challenge, subject, trained, null, 0.5, $"Training itself took {100 * trained:0.0} % off the loss of a constant answer on all {train.Count} training rows, so no further test was needed."));
        }

        int count = subject.Experiment.Data.Encoded.Train.Count;
        int[] rows = subject.Key.For("rows").Draw(subject.Budget.Rows(Math.Min(Rows, count), Steps), count);
        double[] at = new Evaluation(train.Task, train.Predictions.Pick(rows)).ConstantLosses();
        double reference = at.Average();
        if (reference == 0)
        {
            return CheckResult.Skip("The few rows that were drawn have one target.");
        }

        var (fresh, steps) = Few(subject, rows, (1 - Enough) * reference);
        fresh = [.. fresh.Select((l, i) => double.IsFinite(l) ? l : at[i])];
        var (gain, interval, _) = Statistics.PairedT([.. at.Zip(fresh, (c, l) => (c - l) / reference)]);
        var (_, _, p) = Statistics.PairedT([.. at.Zip(fresh, (c, l) => (Threshold * c) - (c - l))]);
        return CheckResult.Of(Finding(
            challenge, subject, gain, interval, p,
            $"A fresh network was trained on {at.Length} rows for {steps} steps (Adam at rate {Rate}; {Steps} at most, fewer where {100 * Enough:0} % is reached before), without regularisation; mean loss of these rows afterwards, {fresh.Average():0.0000}, against always answering {(train.Task == LearningTask.Classification ? "the classes' shares among them" : "their mean")}, {reference:0.0000}; paired by row."));
    }

    private static double TrainedShare(Evaluation train) => 1 - (train.Losses().Average() / train.ConstantLosses().Average());

    private Finding Finding(ChallengeId challenge, Subject subject, double gain, Interval? interval, double p, string how)
    {
        bool over = gain < Threshold;
        return new Finding(
            challenge, Name,
            over ? "The network cannot even learn a few rows by heart." : "The network can fit what it is shown.",
            how,
            new Measurement("share of the constant answer's loss taken off", gain, interval, "%"),
            Threshold,
            interval is null ? null : p,
            over ? Severity.Problem : Severity.Fine,
            [],
            over ? [.. Model.Remedies.OfIllStart(subject), "wider", "normalisation", "residual-connections", "he-init", "deeper"] : []);
    }

    // Losses of the network row by row, and the steps it took.
    private static (double[] Losses, int Steps) Few(Subject subject, int[] rows, double enough)
    {
        var data = subject.Experiment.Data.Encoded;
        var part = ShortTraining.Part(subject, rows);
        var model = ShortTraining.Copy(Regularizers.Without(subject.Recipe), subject, subject.Experiment.BuildModel());
        using var reached = new CancellationTokenSource();
        var result = new Trainer(new TrainingPlan
        {
            Model = model,
            Train = new Subset(part.Rows, [.. Enumerable.Repeat(Enumerable.Range(0, rows.Length), Steps).SelectMany(each => each)]),
            Loss = data.Input.Task == LearningTask.Classification ? new CrossEntropyLoss() : new MseLoss(),
            Optimizer = new Adam([new ParameterGroup([.. model.Parameters])], Rate),
            Epochs = 1,
            BatchSize = rows.Length,
            Workers = 0,
            Clipping = new GradientClipping(1),
            Seed = subject.Key.For("steps").Value,
            Observers = [new Until(enough, reached)],
        }).Run(reached.Token);
        return (subject.Experiment.Evaluate(model, part).Losses(), (int)result.Steps);
    }

    // A batch is all the rows, so its loss is theirs.
    private sealed class Until(double enough, CancellationTokenSource reached) : ITrainingObserver
    {
        public void OnStep(in StepInfo step)
        {
            if (step.Loss <= enough)
            {
                reached.Cancel();
            }
        }
    }
}

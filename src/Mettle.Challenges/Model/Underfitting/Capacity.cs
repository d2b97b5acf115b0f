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

    // Half the way from a constant answer to a perfect one, on rows it sees forty times.
    private const double Threshold = 0.5;

    // A network that takes off this share of the constant answer's loss on all its rows can fit a few of them.
    private const double Shown = 0.9;

    /// <inheritdoc/>
    public override string Name => "capacity";

    /// <inheritdoc/>
    public override double Wants(Subject subject) => TrainedShare(subject.Model.Train, Trains.Constant(subject.Model.Train)) >= Shown ? 0 : Rows * Steps;

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        var train = subject.Model.Train;
        double[] constant = Trains.Constant(train);
        if (constant.Average() == 0)
        {
            return CheckResult.Skip("All training rows have one target: there is nothing to learn.");
        }

        double trained = TrainedShare(train, constant);
        if (trained >= Shown)
        {
            return CheckResult.Of(Finding(
                challenge, trained, null, 0.5, [], $"Training itself took {100 * trained:0.0} % off the loss of a constant answer on all {train.Count} training rows, so no further test was needed."));
        }

        double[] at = Few(subject, out double[] fresh);
        double reference = at.Average();
        if (reference == 0)
        {
            return CheckResult.Skip("The few rows that were drawn have one target.");
        }

        var (gain, interval, _) = Statistics.PairedT([.. at.Zip(fresh, (c, l) => (c - l) / reference)]);
        var (_, _, p) = Statistics.PairedT([.. at.Zip(fresh, (c, l) => (Threshold * c) - (c - l))]);
        return CheckResult.Of(Finding(
            challenge, gain, interval, p, [.. Model.Remedies.OfIllStart(subject), "wider", "normalisation", "residual-connections", "he-init", "deeper"],
            $"A fresh network was trained on {at.Length} rows for {Steps} steps (Adam at rate {Rate}), without regularisation; mean loss of these rows afterwards, {fresh.Average():0.0000}, against always answering {(train.Task == LearningTask.Classification ? "the classes' shares among them" : "their mean")}, {reference:0.0000}; paired by row."));
    }

    private static double TrainedShare(Evaluation train, double[] constant) => 1 - (train.Losses().Average() / constant.Average());

    private Finding Finding(ChallengeId challenge, double gain, Interval? interval, double p, IReadOnlyList<string> remedies, string how)
    {
        bool over = gain < Threshold;
        return new Finding(
            challenge, Name,
            over ? $"The network cannot even learn {Rows} rows by heart." : "The network can fit what it is shown.",
            how,
            new Measurement("share of the constant answer's loss taken off", gain, interval, "%"),
            Threshold,
            interval is null ? null : p,
            over ? Severity.Problem : Severity.Fine,
            [],
            over ? remedies : []);
    }

    // Losses of a constant answer and of the network, row by row.
    private static double[] Few(Subject subject, out double[] losses)
    {
        var data = subject.Experiment.Data.Encoded;
        var key = subject.Key.For("rows");
        int[] rows = key.Permutation(data.Train.Count)[..subject.Budget.Rows(Math.Min(Rows, data.Train.Count), Steps)];
        var part = ShortTraining.Part(subject, rows);
        var model = ShortTraining.Copy(Regularizers.Without(subject.Recipe), subject, subject.Experiment.BuildModel());
        new Trainer(new TrainingPlan
        {
            Model = model,
            Train = new Subset(part.Rows, [.. Enumerable.Repeat(Enumerable.Range(0, rows.Length), Steps).SelectMany(each => each)]),
            Loss = data.Input.Task == LearningTask.Classification ? new CrossEntropyLoss() : new MseLoss(),
            Optimizer = new Adam([new ParameterGroup([.. model.Parameters])], Rate),
            Epochs = 1,
            BatchSize = rows.Length,
            Workers = 0,
            Clipping = new GradientClipping(1),
            Seed = key.Value,
        }).Run();
        var after = subject.Experiment.Evaluate(model, part);
        double[] constant = Trains.Constant(after);
        losses = [.. after.Losses().Select((l, i) => double.IsFinite(l) ? l : constant[i])];
        return constant;
    }
}

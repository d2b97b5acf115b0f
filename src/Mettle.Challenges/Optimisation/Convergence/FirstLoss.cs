using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>
/// Whether the first weights are a good place to begin: the loss they give, row by row, against that of outputs of 0, which say nothing
/// yet. A network that begins far above it spends its first steps unlearning what its initialisation made up.
/// </summary>
public sealed class FirstLoss : Check
{
    private const int MostRows = 128;
    private const double Threshold = 1.5;

    /// <inheritdoc/>
    public override string Name => "first-loss";

    /// <inheritdoc/>
    public override double Wants(Subject subject) => MostRows * CheckBudget.Forward;

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        using var scope = MemoryScope.Begin("first loss");
        using var quiet = Autograd.NoGrad();
        var data = subject.Experiment.Data.Encoded;
        int count = subject.Budget.Rows(Math.Min(data.Train.Count, MostRows), CheckBudget.Forward);
        int[] rows = FirstSteps.Rows(subject, count);
        if (rows.Length < 2)
        {
            return CheckResult.Skip($"{rows.Length} usable training rows.");
        }

        var batch = data.Train.Rows.Load(rows, subject.Key.For("batch"));
        if (batch.Targets.Rank != (batch.Targets.DType.IsFloat() ? 2 : 1))
        {
            return CheckResult.Skip("Each row has several targets; no one constant answer is defined.");
        }

        var output = subject.Experiment.BuildModel().Forward(batch.Inputs, Pass.Train(subject.Key.For("pass"))).To(DType.F32);
        float[] outputs = output.ToArray<float>();
        Func<float[], double[]> lossesOf;
        if (data.Input.Task == LearningTask.Classification)
        {
            int[] labels = [.. batch.Targets.ToArray<long>().Select(l => (int)l)];
            lossesOf = o => ClassificationMetrics.LogLosses(Predictions.OfClasses(o, data.Input.Outputs, labels));
        }
        else
        {
            float[] targets = batch.Targets.ToArray<float>();
            lossesOf = o => RegressionMetrics.SquaredErrors(Predictions.OfValues(o, data.Input.Outputs, targets));
        }

        double[] losses = lossesOf(outputs);
        double reference = lossesOf(new float[outputs.Length]).Average();
        if (!(reference > 0) || !double.IsFinite(losses.Sum()))
        {
            return CheckResult.Skip(reference > 0 ? "The outputs at the first weights are not finite." : "All targets are 0.");
        }

        var (ratio, interval, p) = Statistics.PairedT([.. losses.Select(l => l / reference)], threshold: Threshold);
        bool over = ratio > Threshold;
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            over ? $"Training begins {ratio:0.0} times as far off as outputs of 0: the first weights are too large." : "Training begins about where outputs of 0 are.",
            $"Mean loss of {rows.Length} training rows at the first weights, {losses.Average():0.000}, over that of outputs of 0 (all classes alike, or the number 0), {reference:0.000}; Student's t over rows.",
            new Measurement("first loss / loss of outputs of 0", ratio, interval),
            Threshold,
            p,
            over ? Severity.Problem : Severity.Fine,
            [],
            over ? ["lsuv-init", "he-init", "xavier-init", "warm-up", "normalisation"] : []));
    }
}

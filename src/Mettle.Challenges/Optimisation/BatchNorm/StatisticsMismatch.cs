using System.Globalization;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>
/// What it costs that evaluation normalises by running statistics: the loss with them less the loss with the statistics of
/// training rows under the final weights, row by row.
/// </summary>
/// <remarks>Wu and Johnson, "Rethinking 'Batch' in BatchNorm" (2021), section 3.2.</remarks>
public sealed class StatisticsMismatch : Check
{
    // Below this a difference in mean loss has no practical meaning, whatever the number of rows.
    private const double Threshold = 0.02;
    private const int MostRows = 256, FewestRows = 16;

    // Of each training row the statistics, of each judged row the loss by either.
    private const double Passes = 3 * CheckBudget.Forward;

    /// <inheritdoc/>
    public override string Name => "statistics-mismatch";

    /// <inheritdoc/>
    public override double Wants(Subject subject) => RunningStatistics.In(subject.Model.Module) ? MostRows * Passes : 0;

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        var model = subject.Model.Module;
        if (!RunningStatistics.In(model))
        {
            return CheckResult.Skip("The model has no batch norm.");
        }

        var data = subject.Experiment.Data.Encoded;
        int most = subject.Budget.Rows(MostRows, Passes);
        var source = NormRows.Draw(subject, data.Train, most);
        if (source.Count < FewestRows)
        {
            return CheckResult.Skip($"{source.Count} training rows are too few for statistics.");
        }

        var rows = data.Validation is { Count: >= FewestRows } held ? NormRows.Draw(subject, held, most) : source;
        var measured = RunningStatistics.Measure(model, source.Batches(source.Count));
        var kept = measured.Keys.ToDictionary(l => l, l => l.Running);
        var running = rows.Running();
        Evaluation fresh;
        try
        {
            Put(measured);
            fresh = rows.Running();
        }
        finally
        {
            Put(kept);
        }

        double[] differences = [.. running.Losses().Zip(fresh.Losses(), (r, f) => r - f)];
        return double.IsFinite(differences.Sum())
            ? CheckResult.Of(Judge(challenge, differences, running, fresh, [.. measured.Select(m => (m.Key.Path, Distance(kept[m.Key], m.Value)))], ReferenceEquals(rows, source), source.Count))
            : CheckResult.Skip("The model's outputs are not finite, so there is no loss to compare.");
    }

    private Finding Judge(ChallengeId challenge, double[] differences, Evaluation running, Evaluation fresh, IReadOnlyList<(string Path, double Distance)> places, bool onTraining, int measured)
    {
        var (cost, interval, p) = Statistics.PairedT(differences, threshold: Threshold);
        bool over = cost > Threshold;
        var worst = places.MaxBy(l => l.Distance);
        string metrics = running.Task == LearningTask.Classification ? Accuracies(running, fresh) : $"R² is {Number(running.R2)} with running statistics and {Number(fresh.R2)} with fresh ones.";
        return new Finding(
            challenge,
            Name,
            over
                ? $"The running statistics of batch norm are not those of the final weights, most of all in '{worst.Path}': they cost {Number(cost)} of loss."
                : $"The running statistics of batch norm fit the final weights: they cost {Number(cost)} of loss.",
            $"Loss of {differences.Length} {(onTraining ? "training" : "validation")} rows by running statistics less that by the statistics of {measured} training rows under the final weights, paired by row. {metrics} The chart shows how far the two are apart by layer: the Kullback-Leibler divergence of normal distributions, mean over channels.",
            new Measurement("loss by running statistics - by fresh ones", cost, interval),
            Threshold,
            p,
            over ? Severity.Problem : Severity.Fine,
            [new BarChart("Running statistics against fresh ones, by layer", "nats", [.. places.Select(l => l.Path)], [.. places.Select(l => l.Distance)])],
            over ? ["recalibrate-statistics", "group-norm", "batch-renorm"] : [])
        {
            Place = over ? new Place { Layer = worst.Path } : null,
        };
    }

    private static string Accuracies(Evaluation running, Evaluation fresh)
    {
        double[] gains = [.. Enumerable.Range(0, running.Count).Select(i => (Right(fresh, i) ? 1.0 : 0) - (Right(running, i) ? 1 : 0))];
        var (gain, interval, _) = Statistics.PairedT(gains);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Accuracy is {100 * running.Accuracy:0.0} % with running statistics and {100 * fresh.Accuracy:0.0} % with fresh ones, a difference of {100 * gain:0.0} points ({100 * interval.Low:0.0} to {100 * interval.High:0.0}).");
    }

    private static bool Right(Evaluation e, int row) => e.Predictions.Predicted(row) == e.Predictions.Labels[row];

    private static void Put(IReadOnlyDictionary<BatchNormLayer, ChannelStatistics> statistics)
    {
        foreach (var (layer, s) in statistics)
        {
            layer.Running = s;
        }
    }

    // Of normal distributions, fresh from running; a channel that is the same everywhere tells nothing.
    private static double Distance(ChannelStatistics running, ChannelStatistics fresh)
    {
        const double Least = 1e-12;
        double sum = 0;
        int counted = 0;
        for (int c = 0; c < fresh.Mean.Count; c++)
        {
            double v = fresh.Variance[c], w = running.Variance[c], shift = fresh.Mean[c] - running.Mean[c];
            if (v > Least && w > Least)
            {
                sum += 0.5 * ((v / w) + (shift * shift / w) - 1 - Math.Log(v / w));
                counted++;
            }
        }

        return sum / Math.Max(1, counted);
    }

    private static string Number(double v) => v.ToString("0.000", CultureInfo.InvariantCulture);
}

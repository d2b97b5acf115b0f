using System.Diagnostics;
using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>Trains pairs of models with and without a treatment and tests the difference on rows that neither saw.</summary>
internal sealed class TrialJudge(LoopOptions options, TrialLedger ledger, CancellationToken cancellation)
{
    // Fewer folds than this would train on much less than the real run does.
    private const int FewestFolds = 5;

    public Judged Judge(Experiment experiment, Candidate candidate, IStage stage)
    {
        var clock = Stopwatch.StartNew();
        var treated = experiment.With(candidate.Changed);
        var aim = candidate.Treatment.Aim;
        var cost = CostChange.Of(aim, experiment.Training(), treated.Training());
        if (cost is { Saved: < CostChange.Least })
        {
            stage.Advance(options.Seeds);
            return Judged.NotTried(candidate, $"It would save {Judged.Percent(cost.Saved)} of the {cost.What}, less than the {Judged.Percent(CostChange.Least)} that are worth a change.", cost);
        }

        var baselines = new List<double>();
        var results = new List<double>();
        int folds = Math.Max(FewestFolds, options.Seeds);
        for (int k = 0; k < options.Seeds; k++)
        {
            stage.At($"{candidate.Treatment.Name}, pair {k + 1} of {options.Seeds}");
            baselines.Add(Metric(experiment, k, folds));
            results.Add(Metric(treated, k, folds));
            stage.Advance();
            if (Futile(baselines, results, options.Threshold(aim)))
            {
                stage.Advance(options.Seeds - 1 - k);
                break;
            }
        }

        double[] differences = [.. results.Zip(baselines, (a, b) => a - b)];
        int held = experiment.Data.DevelopmentRows / folds;
        int training = experiment.Data.DevelopmentRows - held;
        var (mean, interval, p) = Statistics.CorrectedResampledT(differences, held, training, options.Confidence, options.Threshold(aim));
        var (metric, unit) = Evaluation.MetricOf(experiment.Data.Encoded.Input.Task);
        return new Judged
        {
            Candidate = candidate,
            Before = experiment.Recipe,
            Changed = candidate.Changed,
            Metric = $"held-out {metric}",
            Unit = unit,
            Baselines = baselines,
            Treated = results,
            BaselineInterval = Statistics.CorrectedResampledT(baselines, held, training, options.Confidence).Interval,
            TreatedInterval = Statistics.CorrectedResampledT(results, held, training, options.Confidence).Interval,
            Differences = differences,
            Mean = mean,
            Interval = interval,
            PValue = p,
            Seconds = clock.Elapsed.TotalSeconds,
            Cost = cost,
        };
    }

    // Giving up early can only miss a treatment, never accept a bad one.
    private bool Futile(List<double> baselines, List<double> results, double threshold)
        => results.Count >= Math.Max(3, options.Seeds / 2) && results.Count < options.Seeds
            && results.Zip(baselines, (a, b) => a - b).Count(d => d > Math.Min(0, threshold)) * 3 <= results.Count
            && results.Average() - baselines.Average() <= Math.Min(0, threshold);

    private double Metric(Experiment experiment, int k, int folds)
        => ledger.Get(
            $"{experiment.Recipe.Hash}:{k}/{folds}",
            () =>
            {
                cancellation.ThrowIfCancellationRequested();
                var fold = experiment.Fold(k, folds);
                var model = fold.Train(new TrainOptions { Cancellation = cancellation });
                cancellation.ThrowIfCancellationRequested();
                double metric = model.Validation!.Metric;

                // NaN outputs count as the worst there is. R² has no floor, and one wild run must not outweigh all others.
                return fold.Data.Encoded.Input.Task == LearningTask.Classification ? metric : double.IsFinite(metric) ? Math.Max(-1, metric) : -1;
            });
}

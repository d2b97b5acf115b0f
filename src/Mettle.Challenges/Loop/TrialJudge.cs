using System.Diagnostics;
using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>Trains pairs of models with and without a treatment and judges the difference on rows that neither saw.</summary>
internal sealed class TrialJudge(TrialDesign design, LoopOptions options, TrialLedger ledger, CancellationToken cancellation)
{
    private readonly TrialDesign design = design;
    private readonly LoopOptions options = options;
    private readonly double confidence = options.Confidence;

    /// <summary>A few pairs, to choose by.</summary>
    public Judged Screen(Experiment experiment, Candidate candidate, IStage stage)
    {
        var pairs = new Pairs(this, experiment, candidate, stage, "screening");
        for (int k = 0; k < design.FirstFold; k++)
        {
            pairs.Train(k, k + 1, design.FirstFold);
            if (TrialDesign.IsHopeless(pairs.Differences, pairs.Threshold))
            {
                stage.Advance(design.FirstFold - 1 - k);
                break;
            }
        }

        var (mean, interval, p) = Statistics.CorrectedResampledT(pairs.Differences, pairs.HeldOut, pairs.Training, confidence, pairs.Threshold);
        return pairs.Judged(new TrialEvidence(mean, interval, p));
    }

    /// <summary>All pairs, unless fewer settle it.</summary>
    /// <param name="experiment">What the treatment is put on.</param>
    /// <param name="candidate">The treatment.</param>
    /// <param name="hypotheses">Holm's largest factor.</param>
    /// <param name="stage">Told of each pair.</param>
    public Judged Judge(Experiment experiment, Candidate candidate, int hypotheses, IStage stage)
    {
        var pairs = new Pairs(this, experiment, candidate, stage, "");
        for (int k = 0; k < design.Pairs; k++)
        {
            pairs.Train(design.FirstFold + k, k + 1, design.Pairs);
            bool ends = design.IsFutile(pairs.Differences, pairs.HeldOut, pairs.Training, pairs.Threshold)
                || (k > 0 && design.IsSettled(pairs.Evidence(), k + 1, hypotheses, pairs.Threshold));
            if (ends)
            {
                stage.Advance(design.Pairs - 1 - k);
                break;
            }
        }

        return pairs.Judged(pairs.Evidence());
    }

    private double Metric(Experiment experiment, int k)
        => ledger.Get(
            $"{experiment.Recipe.Hash}:{k}/{design.Folds}",
            () =>
            {
                cancellation.ThrowIfCancellationRequested();
                var fold = experiment.Trial(k, design.Folds);
                var model = fold.Train(new TrainOptions { Cancellation = cancellation });
                cancellation.ThrowIfCancellationRequested();
                double metric = fold.Evaluate(model.Module, fold.Data.HeldOut!).Metric;

                // NaN outputs count as the worst there is. R² has no floor, and one wild run must not outweigh all others.
                return fold.Data.Encoded.Input.Task == LearningTask.Classification ? metric : double.IsFinite(metric) ? Math.Max(-1, metric) : -1;
            });

    private sealed class Pairs(TrialJudge judge, Experiment experiment, Candidate candidate, IStage stage, string what)
    {
        private readonly Stopwatch clock = Stopwatch.StartNew();
        private readonly Experiment treated = experiment.With(candidate.Changed);
        private readonly List<double> baselines = [], results = [];

        public List<double> Differences { get; } = [];

        public double Threshold { get; } = judge.options.Threshold(candidate.Treatment.Aim);

        public int HeldOut { get; } = experiment.Data.DevelopmentRows / judge.design.Folds;

        public int Training => experiment.Data.DevelopmentRows - HeldOut;

        public void Train(int fold, int pair, int of)
        {
            stage.At($"{candidate.Treatment.Name}, {(what.Length > 0 ? $"{what} " : "")}pair {pair} of {of}");
            baselines.Add(judge.Metric(experiment, fold));
            results.Add(judge.Metric(treated, fold));
            Differences.Add(results[^1] - baselines[^1]);
            stage.Advance();
        }

        public TrialEvidence Evidence() => judge.design.Judge(Differences, HeldOut, Training, Threshold);

        public Judged Judged(TrialEvidence evidence)
        {
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
                BaselineInterval = Around(baselines),
                TreatedInterval = Around(results),
                Differences = Differences,
                Mean = evidence.Mean,
                Interval = evidence.Interval,
                PValue = evidence.PValue,
                Seconds = clock.Elapsed.TotalSeconds,
                Cost = candidate.Cost,
            };
        }

        private Interval Around(List<double> values) => Statistics.CorrectedResampledT(values, HeldOut, Training, judge.confidence).Interval;
    }
}

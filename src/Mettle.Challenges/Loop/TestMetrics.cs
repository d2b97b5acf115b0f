using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>Headline numbers of an evaluation, each with its 95 % interval.</summary>
internal static class TestMetrics
{
    public static IReadOnlyList<Measurement> Of(Evaluation e, string split)
    {
        string[] names = e.Task == LearningTask.Regression
            ? ["r2", "rmse"]
            : e.Predictions.Classes == 2 ? ["accuracy", "auc", "log-loss", "calibration-error"] : ["accuracy", "log-loss", "calibration-error"];
        return e.Count == 0 ? [] : [.. names.Select(n => Measure(e.Predictions, n, split))];
    }

    /// <summary>Rows: true class; columns: predicted.</summary>
    public static HeatMap Confusion(Evaluation e, IReadOnlyList<string> names, string split)
    {
        var counts = names.Select(_ => new double[names.Count]).ToArray();
        for (int i = 0; i < e.Count; i++)
        {
            if (e.Predictions.Predicted(i) is >= 0 and var predicted)
            {
                counts[e.Predictions.Labels[i]][predicted]++;
            }
        }

        return new HeatMap($"Confusion on {split} rows (true class down, predicted across)", names, names, counts, "0");
    }

    private static Measurement Measure(Predictions predictions, string metric, string split)
    {
        // The bootstrap behind some intervals draws from a fixed key: a report's numbers are the same every time.
        var e = Metric.Named(metric).Estimate(predictions, RandomKey.FromSeed(0).For("bootstrap"));
        return new Measurement($"{split} {metric.Replace('-', ' ')}", e.Value, new Interval(e.Low, e.High, e.Confidence), metric == "accuracy" ? "%" : "");
    }
}

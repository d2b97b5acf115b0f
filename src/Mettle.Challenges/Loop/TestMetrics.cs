using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>Headline numbers of an evaluation, each with its 95 % interval.</summary>
internal static class TestMetrics
{
    /// <param name="e">On the rows of one part.</param>
    /// <param name="split">Its name.</param>
    /// <param name="packaging">Puts errors of numbers into the target's unit.</param>
    public static IReadOnlyList<Measurement> Of(Evaluation e, string split, Packaging packaging)
    {
        string[] names = e.Task == LearningTask.Regression
            ? ["r2", "rmse"]
            : e.Predictions.Classes == 2 ? ["accuracy", "auc", "log-loss", "calibration-error"] : ["accuracy", "log-loss", "calibration-error"];
        return e.Count == 0 ? [] : [.. names.Select(n => Measure(e.Predictions, n, split, n == "rmse" ? Deviation(packaging) : 1))];
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

    // Of the target, where models are trained on standardised numbers.
    private static double Deviation(Packaging packaging)
    {
        using var scope = MemoryScope.Begin("unit");
        float[] ends = packaging.Restore(Tensor.From(new float[] { 0, 1 })).ToArray<float>();
        return ends[1] - ends[0];
    }

    private static Measurement Measure(Predictions predictions, string metric, string split, double unit)
    {
        // The bootstrap behind some intervals draws from a fixed key: a report's numbers are the same every time.
        var e = Metric.Named(metric).Estimate(predictions, RandomKey.FromSeed(0).For("bootstrap"));
        return new Measurement($"{split} {metric.Replace('-', ' ')}", unit * e.Value, new Interval(unit * e.Low, unit * e.High, e.Confidence), metric == "accuracy" ? "%" : "");
    }
}

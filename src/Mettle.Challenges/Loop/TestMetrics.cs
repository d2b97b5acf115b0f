using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>Headline numbers of an evaluation, each with its 95 % interval.</summary>
internal static class TestMetrics
{
    public static IReadOnlyList<Measurement> Of(Evaluation e, string split)
    {
        if (e.Count == 0)
        {
            return [];
        }

        var losses = e.Losses();
        var loss = Mean(losses);
        if (e.Task == LearningTask.Regression)
        {
            return
            [
                new($"{split} R²", e.R2),
                new($"{split} mean squared error", loss.Value, loss.Interval),
            ];
        }

        var list = new List<Measurement> { new($"{split} accuracy", e.Accuracy, Statistics.Wilson(e.Correct, e.Count), "%") };
        if (e.Width == 2)
        {
            list.Add(Auc(e, split));
        }

        list.Add(new($"{split} log-loss", loss.Value, loss.Interval));
        return list;
    }

    /// <summary>Mean with Student's interval.</summary>
    public static (double Value, Interval Interval) Mean(IReadOnlyList<double> values)
    {
        var (mean, interval, _) = Statistics.PairedT(values.Count > 1 ? values : [values[0], values[0]]);
        return (mean, interval);
    }

    /// <summary>Rows: true class; columns: predicted.</summary>
    public static HeatMap Confusion(Evaluation e, IReadOnlyList<string> names, string split)
    {
        var counts = new double[e.Width][];
        for (int k = 0; k < e.Width; k++)
        {
            counts[k] = new double[e.Width];
        }

        for (int i = 0; i < e.Count; i++)
        {
            int p = e.Predicted(i);
            if (p >= 0)
            {
                counts[e.Labels[i]][p]++;
            }
        }

        return new HeatMap($"Confusion on {split} rows (true class down, predicted across)", names, names, counts, "0");
    }

    private static Measurement Auc(Evaluation e, string split)
    {
        var (area, low, high) = Nn.Auc.DeLong([.. Enumerable.Range(0, e.Count).Select(i => (double)e.Outputs[(2 * i) + 1] - e.Outputs[2 * i])], e.Labels, 0.95);
        return new($"{split} AUC", area, new Interval(low, high));
    }
}

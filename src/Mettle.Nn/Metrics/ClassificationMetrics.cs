namespace Mettle.Nn;

/// <summary>Metrics of classifiers' outputs.</summary>
public static class ClassificationMetrics
{
    private const double SmallestProbability = 1e-300;

    /// <summary>
    /// Share of rows whose class is among the k largest outputs (the first of equals wins); NaN outputs are wrong. A single
    /// logit has two classes.
    /// </summary>
    public static double TopK(Predictions p, int k)
    {
        if (p.Width == 1)
        {
            return Enumerable.Range(0, p.Count).Count(i => p.Predicted(i) is var c && c >= 0 && (k > 1 || c == p.Labels[i])) / (double)p.Count;
        }

        int right = 0;
        for (int i = 0; i < p.Count; i++)
        {
            var row = p.Row(i);
            int label = p.Labels[i], above = 0;
            bool valid = true;
            for (int c = 0; c < row.Length; c++)
            {
                valid &= !float.IsNaN(row[c]);
                above += row[c] > row[label] || (row[c] == row[label] && c < label) ? 1 : 0;
            }

            right += valid && above < k ? 1 : 0;
        }

        return right / (double)p.Count;
    }

    /// <summary>-log of the probability given to the true class, row by row (natural logarithm; at most 690).</summary>
    public static double[] LogLosses(Predictions p)
    {
        if (p.Count == 0)
        {
            return [];
        }

        using var scope = MemoryScope.Begin("log-loss");
        var truth = new double[p.Count];
        for (int i = 0; i < truth.Length; i++)
        {
            truth[i] = AtLeast(p.Probabilities(i)[p.Labels[i]]);
        }

        return (-Tensor.From(truth).Log()).ToArray<double>();
    }

    /// <summary>
    /// Expected calibration error: rows in bins by the confidence of their prediction, mean gap between confidence and accuracy
    /// weighted by the bins' rows (Guo et al., ICML 2017, eq. 3).
    /// </summary>
    public static double CalibrationError(Predictions p, int bins = 15)
    {
        double[] confidence = new double[bins];
        int[] right = new int[bins];
        for (int i = 0; i < p.Count; i++)
        {
            int predicted = p.Predicted(i);
            if (predicted < 0)
            {
                return double.NaN;
            }

            double c = p.Probabilities(i)[predicted];
            // Bins are (low, high], as in the paper.
            int bin = Math.Clamp((int)Math.Ceiling(c * bins) - 1, 0, bins - 1);
            confidence[bin] += c;
            right[bin] += predicted == p.Labels[i] ? 1 : 0;
        }

        return Enumerable.Range(0, bins).Sum(b => Math.Abs(right[b] - confidence[b])) / p.Count;
    }

    // NaN stays NaN.
    private static double AtLeast(double probability) => probability < SmallestProbability ? SmallestProbability : probability;
}

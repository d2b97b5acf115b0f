namespace Mettle.Nn;

/// <summary>Confidence intervals of metrics.</summary>
public static class Estimates
{
    /// <summary>A proportion with Wilson's score interval (1927).</summary>
    public static Estimate Wilson(int successes, int n, double confidence = 0.95)
    {
        if (n < 1 || successes < 0 || successes > n)
        {
            throw new ArgumentException($"{successes} of {n} is not a proportion.");
        }

        double z = NormalDistribution.Quantile(0.5 + (confidence / 2)), square = z * z, p = successes / (double)n;
        double centre = (p + (square / (2 * n))) / (1 + (square / n));
        double half = z / (1 + (square / n)) * Math.Sqrt((p * (1 - p) / n) + (square / (4.0 * n * n)));
        return new Estimate(p, successes == 0 ? 0 : centre - half, successes == n ? 1 : centre + half, confidence, "Wilson");
    }

    /// <summary>A mean with its normal interval; the values are independent. With one value the interval is infinite.</summary>
    public static Estimate Mean(IReadOnlyList<double> values, double confidence = 0.95)
    {
        double mean = values.Average();
        double variance = values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1.0);
        double half = values.Count < 2 ? double.PositiveInfinity : NormalDistribution.Quantile(0.5 + (confidence / 2)) * Math.Sqrt(variance / values.Count);
        return new Estimate(mean, mean - half, mean + half, confidence, "normal");
    }

    /// <summary>The same of losses that are never below 0: neither is the interval.</summary>
    public static Estimate MeanOfLosses(IReadOnlyList<double> losses, double confidence = 0.95)
    {
        var mean = Mean(losses, confidence);
        return mean with { Low = Math.Max(0, mean.Low) };
    }

    /// <summary>
    /// Any metric with its percentile bootstrap interval over rows (Efron and Tibshirani 1993, chapter 13). Resamples on which
    /// the metric is NaN (a class missing) are left out.
    /// </summary>
    /// <param name="predictions">The sample.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="key">Random stream of the resamples.</param>
    /// <param name="confidence">Coverage.</param>
    /// <param name="resamples">Number of resamples.</param>
    public static Estimate Bootstrap(Predictions predictions, Func<Predictions, double> metric, RandomKey key, double confidence = 0.95, int resamples = 1000)
    {
        var values = new List<double>(resamples);
        var rows = new int[predictions.Count];
        for (int r = 0; r < resamples; r++)
        {
            var stream = key.At(r);
            for (int i = 0; i < rows.Length; i++)
            {
                rows[i] = stream.Below(rows.Length, (ulong)i);
            }

            double value = metric(predictions.Pick(rows));
            if (!double.IsNaN(value))
            {
                values.Add(value);
            }
        }

        values.Sort();
        double estimate = metric(predictions);
        return values.Count == 0
            ? new Estimate(estimate, double.NaN, double.NaN, confidence, "bootstrap")
            : new Estimate(estimate, Percentile(values, (1 - confidence) / 2), Percentile(values, (1 + confidence) / 2), confidence, "bootstrap");
    }

    // Linear interpolation between order statistics, as numpy.percentile does.
    private static double Percentile(List<double> sorted, double share)
    {
        double at = share * (sorted.Count - 1);
        int below = (int)at;
        return below + 1 < sorted.Count ? sorted[below] + ((at - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }
}

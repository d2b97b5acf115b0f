using MathNet.Numerics.Distributions;

namespace Mettle.Challenges;

/// <summary>The tests behind verdicts. Deterministic: no verdict depends on a random draw.</summary>
public static class Statistics
{
    // Relative to the largest value: below this, differences between values are rounding.
    private const double SameValues = 1e-9;

    /// <summary>Mean, two-sided interval and one-sided p-value of "not above <paramref name="threshold"/>" (Student's t).</summary>
    /// <remarks>Where all values are equal the interval has no width and the p-value is that of the sign test, 2^-n.</remarks>
    /// <param name="values">Independent differences, at least two.</param>
    /// <param name="confidence">Coverage of the interval.</param>
    /// <param name="threshold">Value that the mean is tested against.</param>
    public static (double Mean, Interval Interval, double PValue) PairedT(IReadOnlyList<double> values, double confidence = 0.95, double threshold = 0)
        => WithVariance(values, 1.0 / values.Count, confidence, threshold);

    /// <summary>
    /// The same for differences from K overlapping resamples: variance enlarged by the share of held-out to training rows
    /// (Nadeau and Bengio, "Inference for the generalization error", Machine Learning 52, 2003, eq. 9).
    /// </summary>
    /// <param name="values">Differences of K resamples.</param>
    /// <param name="heldOut">Rows judged in each resample.</param>
    /// <param name="training">Rows trained on in each.</param>
    /// <param name="confidence">Coverage of the interval.</param>
    /// <param name="threshold">Value that the mean is tested against.</param>
    public static (double Mean, Interval Interval, double PValue) CorrectedResampledT(
        IReadOnlyList<double> values, int heldOut, int training, double confidence = 0.95, double threshold = 0)
        => WithVariance(values, (1.0 / values.Count) + (heldOut / (double)Math.Max(1, training)), confidence, threshold);

    /// <summary>Interval and one-sided p-value for a difference of two proportions from separate samples (Newcombe's hybrid score, 1998, method 10).</summary>
    public static (double Difference, Interval Interval, double PValue) ProportionDifference(
        int successesA, int nA, int successesB, int nB, double confidence = 0.95, double threshold = 0)
    {
        double pa = successesA / (double)nA, pb = successesB / (double)nB;
        var a = Wilson(successesA, nA, confidence);
        var b = Wilson(successesB, nB, confidence);
        double d = pa - pb;
        double low = d - Math.Sqrt(Square(pa - a.Low) + Square(b.High - pb));
        double high = d + Math.Sqrt(Square(a.High - pa) + Square(pb - b.Low));
        double z0 = Normal.InvCDF(0, 1, 0.5 + (confidence / 2));
        double se = Math.Max(1e-12, (d - low) / z0);
        return (d, new Interval(low, high, confidence), 1 - Normal.CDF(0, 1, (d - threshold) / se));
    }

    /// <summary>Difference of means of two independent samples (a - b), with interval and one-sided p-value (Welch 1947).</summary>
    /// <remarks>Where the values of each sample are equal the interval has no width and the p-value is 2^-n, n the smaller sample.</remarks>
    /// <exception cref="ArgumentException">A sample has fewer than two values.</exception>
    public static (double Difference, Interval Interval, double PValue) Welch(
        IReadOnlyList<double> a, IReadOnlyList<double> b, double confidence = 0.95, double threshold = 0)
    {
        if (a.Count < 2 || b.Count < 2)
        {
            throw new ArgumentException($"An interval needs at least two values of each sample, got {a.Count} and {b.Count}.");
        }

        double ma = a.Average(), mb = b.Average();
        double va = a.Sum(x => Square(x - ma)) / (a.Count - 1) / a.Count;
        double vb = b.Sum(x => Square(x - mb)) / (b.Count - 1) / b.Count;
        double d = ma - mb, se = Math.Sqrt(va + vb);
        if (se == 0)
        {
            return (d, new Interval(d, d, confidence), d > threshold ? Math.Pow(0.5, Math.Min(a.Count, b.Count)) : 1);
        }

        double freedom = Square(va + vb) / ((Square(va) / (a.Count - 1)) + (Square(vb) / (b.Count - 1)));
        double t = StudentT.InvCDF(0, 1, freedom, 0.5 + (confidence / 2));
        return (d, new Interval(d - (t * se), d + (t * se), confidence), 1 - StudentT.CDF(0, 1, freedom, (d - threshold) / se));
    }

    /// <summary>One-sided p-value of "the proportion is not above <paramref name="threshold"/>" (exact binomial).</summary>
    public static double ProportionAbove(int successes, int n, double threshold)
        => successes == 0 ? 1 : 1 - Binomial.CDF(threshold, n, successes - 1);

    /// <summary>Wilson's score interval of a proportion (1927).</summary>
    public static Interval Wilson(int successes, int n, double confidence = 0.95)
    {
        var e = Nn.Estimates.Wilson(successes, n, confidence);
        return new Interval(e.Low, e.High, confidence);
    }

    /// <summary>Benjamini-Hochberg adjusted p-values (1995): false discovery rate.</summary>
    public static double[] BenjaminiHochberg(IReadOnlyList<double> p)
    {
        int n = p.Count;
        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(i => p[i])];
        var adjusted = new double[n];
        double least = 1;
        for (int k = 0; k < n; k++)
        {
            least = Math.Min(least, p[order[k]] * n / (n - k));
            adjusted[order[k]] = least;
        }

        return adjusted;
    }

    /// <summary>
    /// Benjamini-Hochberg over the p-values up to one half, each doubled; the others become 1. One-sided tests of what is
    /// well within its threshold have p-values near 1: they neither raise alarms nor weaken those of the others, and the rate
    /// holds all the same (Zhao, Small and Su, "Multiple testing when many p-values are uniformly conservative", JASA 2019).
    /// </summary>
    public static double[] ConditionalBenjaminiHochberg(IReadOnlyList<double> p)
    {
        const double Half = 0.5;
        int[] kept = [.. Enumerable.Range(0, p.Count).Where(i => p[i] <= Half)];
        var among = BenjaminiHochberg([.. kept.Select(i => p[i] / Half)]);
        var adjusted = new double[p.Count];
        Array.Fill(adjusted, 1);
        for (int k = 0; k < kept.Length; k++)
        {
            adjusted[kept[k]] = among[k];
        }

        return adjusted;
    }

    /// <summary>Holm's adjusted p-values (1979): family-wise error rate.</summary>
    public static double[] Holm(IReadOnlyList<double> p)
    {
        int n = p.Count;
        int[] order = [.. Enumerable.Range(0, n).OrderBy(i => p[i])];
        var adjusted = new double[n];
        double most = 0;
        for (int k = 0; k < n; k++)
        {
            most = Math.Max(most, Math.Min(1, p[order[k]] * (n - k)));
            adjusted[order[k]] = most;
        }

        return adjusted;
    }

    private static (double Mean, Interval Interval, double PValue) WithVariance(
        IReadOnlyList<double> values, double factor, double confidence, double threshold)
    {
        if (values.Count < 2)
        {
            throw new ArgumentException($"An interval needs at least two values, got {values.Count}.");
        }

        // Values may be the losses of very many rows.
        double[] array = values as double[] ?? [.. values];
        double mean = array.Average(), squares = 0, largest = 0;
        foreach (double v in array)
        {
            squares += Square(v - mean);
            largest = Math.Max(largest, Math.Abs(v));
        }

        int freedom = array.Length - 1;
        double se = Math.Sqrt(squares / freedom * factor);
        if (se <= SameValues * largest)
        {
            // Equal values (a metric of few rows is a coarse one) tell nothing of their spread: only their signs are evidence.
            return (mean, new Interval(mean, mean, confidence), mean > threshold ? Math.Pow(0.5, values.Count) : 1);
        }

        double t = StudentT.InvCDF(0, 1, freedom, 0.5 + (confidence / 2));
        double p = 1 - StudentT.CDF(0, 1, freedom, (mean - threshold) / se);
        return (mean, new Interval(mean - (t * se), mean + (t * se), confidence), p);
    }

    private static double Square(double x) => x * x;
}

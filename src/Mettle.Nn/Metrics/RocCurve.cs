namespace Mettle.Nn;

/// <summary>Area under the receiver operating characteristic: the chance that a positive scores above a negative, ties half.</summary>
public static class RocCurve
{
    /// <summary>
    /// Exact area by midranks (Mann and Whitney 1947). NaN if a class is missing or a score is NaN.
    /// </summary>
    public static double Area(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive)
        => Components(scores, positive) is var (p, _) ? p.Average() : double.NaN;

    /// <summary>The area with the interval of DeLong, DeLong and Clarke-Pearson (Biometrics 44, 1988, eqs. 5-8), cut to 0 .. 1.</summary>
    public static Estimate DeLong(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive, double confidence = 0.95)
    {
        if (Components(scores, positive) is not var (p, n))
        {
            return new Estimate(double.NaN, double.NaN, double.NaN, confidence, "DeLong");
        }

        double area = p.Average();
        double deviation = Math.Sqrt((Variance(p, area) / p.Length) + (Variance(n, area) / n.Length));
        double half = NormalDistribution.Quantile(0.5 + (confidence / 2)) * deviation;
        return new Estimate(area, Math.Max(0, area - half), Math.Min(1, area + half), confidence, "DeLong");
    }

    /// <summary>
    /// Area of class 1 of two, or for more classes the mean over classes of one against the rest (classes without rows left
    /// out).
    /// </summary>
    public static double Area(Predictions predictions)
    {
        if (predictions.Classes == 2)
        {
            return Area(Scores(predictions), Is(predictions, 1));
        }

        var areas = Enumerable.Range(0, predictions.Classes)
            .Where(c => predictions.Labels.Contains(c))
            .Select(c => Area(predictions.Probability(c), Is(predictions, c)))
            .ToArray();
        return areas.Length == 0 ? double.NaN : areas.Average();
    }

    /// <summary>The binary area with DeLong's interval.</summary>
    public static Estimate DeLong(Predictions predictions, double confidence = 0.95)
        => DeLong(Scores(predictions), Is(predictions, 1), confidence);

    // Log odds order rows as the probability does, without its rounding to 0 and 1, which would make ties.
    private static double[] Scores(Predictions p)
        => [.. Enumerable.Range(0, p.Count).Select(i => p.Width == 1 ? p.Row(i)[0] : (double)p.Row(i)[1] - p.Row(i)[0])];

    private static bool[] Is(Predictions p, int c) => [.. p.Labels.Select(l => l == c)];

    // For every positive the share of negatives below it, for every negative the share of positives above it.
    private static (double[] Positives, double[] Negatives)? Components(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive)
    {
        if (scores.Length != positive.Length)
        {
            throw new ArgumentException($"{scores.Length} scores have {positive.Length} labels.");
        }

        int m = positive.Count(true), n = positive.Length - m;
        foreach (double s in scores)
        {
            m = double.IsNaN(s) ? 0 : m;
        }

        if (m == 0 || n == 0)
        {
            return null;
        }

        int[] order = [.. Enumerable.Range(0, scores.Length)];
        double[] keys = scores.ToArray();
        Array.Sort(keys, order);
        double[] p = new double[m], q = new double[n];
        int atP = 0, atQ = 0;
        for (int from = 0; from < keys.Length;)
        {
            int to = from, tiedP = 0;
            for (; to < keys.Length && keys[to] == keys[from]; to++)
            {
                tiedP += positive[order[to]] ? 1 : 0;
            }

            int tiedQ = to - from - tiedP;
            p.AsSpan(atP, tiedP).Fill((atQ + (tiedQ / 2.0)) / n);
            q.AsSpan(atQ, tiedQ).Fill((m - atP - (tiedP / 2.0)) / m);
            atP += tiedP;
            atQ += tiedQ;
            from = to;
        }

        return (p, q);
    }

    private static double Variance(double[] values, double mean)
        => values.Length < 2 ? double.PositiveInfinity : values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1);
}

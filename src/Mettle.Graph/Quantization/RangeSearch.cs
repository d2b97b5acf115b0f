namespace Mettle.Graphs.Quantization;

/// <summary>Finds the range of an activation from its histogram.</summary>
public static class RangeSearch
{
    // Candidates of the search for the least squared error: shares of the whole range.
    private const int Shares = 100;

    // Levels to tell apart on each side of 0.
    private const int Levels = byte.MaxValue + 1;

    /// <summary>The range that <paramref name="method"/> finds best. <paramref name="percentile"/> is in percent and serves that method only.</summary>
    public static ValueRange Find(ValueHistogram histogram, CalibrationMethod method, double percentile = 99.99) => method switch
    {
        CalibrationMethod.MinMax => new(histogram.Low, histogram.High),
        CalibrationMethod.Percentile => Within(histogram, percentile),
        CalibrationMethod.Entropy => LeastDivergence(histogram),
        CalibrationMethod.Mse => LeastError(histogram),
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "There is no such method."),
    };

    // Leaves out as many values at both ends, or all at the upper one where nothing is negative.
    private static ValueRange Within(ValueHistogram histogram, double percentile)
    {
        var counts = histogram.Counts;
        long total = Total(counts);
        double out_ = (1 - (percentile / 100)) * total / (histogram.IsSigned ? 2 : 1);
        int from = 0, to = counts.Length - 1;
        for (long seen = 0; histogram.IsSigned && from < to && (seen += counts[from]) <= out_; from++)
        {
        }

        for (long seen = 0; to > from && (seen += counts[to]) <= out_; to--)
        {
        }

        double low = histogram.IsSigned ? histogram.Begin + (from * histogram.Width) : 0, high = histogram.Begin + ((to + 1) * histogram.Width);
        return new(Math.Max(low, histogram.Low), Math.Min(high, histogram.High));
    }

    // Both ends are moved in by the same share.
    private static ValueRange LeastError(ValueHistogram histogram)
    {
        var best = new ValueRange(histogram.Low, histogram.High);
        double least = double.PositiveInfinity;
        for (int share = Shares; share > 0; share--)
        {
            var range = new ValueRange(histogram.Low * share / Shares, histogram.High * share / Shares);
            double error = Error(histogram, range);
            if (error < least)
            {
                (least, best) = (error, range);
            }
        }

        return best;
    }

    // Sum of squared errors, with all values of a bin in its middle.
    private static double Error(ValueHistogram histogram, ValueRange range)
    {
        var step = range.ToStep();
        var counts = histogram.Counts;
        double sum = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0)
            {
                double x = histogram.Begin + ((i + 0.5) * histogram.Width);
                double level = Math.Clamp(Math.Round(x / step.Scale) + step.Zero, step.Lowest, step.Highest);
                double error = x - ((level - step.Zero) * step.Scale);
                sum += counts[i] * error * error;
            }
        }

        return sum;
    }

    // Ranges [-t, t] or [0, t], t a whole number of bins: what lies beyond is counted at the ends, and each level spreads over its bins.
    private static ValueRange LeastDivergence(ValueHistogram histogram)
    {
        var counts = histogram.Counts;
        int zero = histogram.IsSigned ? ValueHistogram.Half : 0, first = histogram.IsSigned ? Levels / 2 : Levels;
        int best = ValueHistogram.Half;
        double least = double.PositiveInfinity;
        for (int t = ValueHistogram.Half; t >= first; t -= 8)
        {
            double divergence = Divergence(counts, histogram.IsSigned ? zero - t : 0, zero + t);
            if (divergence < least)
            {
                (least, best) = (divergence, t);
            }
        }

        double end = best * histogram.Width;
        return new(Math.Max(histogram.Low, -end), Math.Min(histogram.High, end));
    }

    private static double Divergence(ReadOnlySpan<long> counts, int from, int to)
    {
        var inside = counts[from..to];
        long below = Total(counts[..from]), above = Total(counts[to..]), kept = Total(inside), all = kept + below + above;
        if (kept == 0)
        {
            return double.PositiveInfinity;
        }

        double sum = 0;
        for (int level = 0; level < Levels; level++)
        {
            int begin = (int)((long)level * inside.Length / Levels), end = (int)((long)(level + 1) * inside.Length / Levels);
            long mass = 0;
            int filled = 0;
            for (int i = begin; i < end; i++)
            {
                mass += inside[i];
                filled += Seen(inside, i, below, above) > 0 ? 1 : 0;
            }

            for (int i = begin; i < end; i++)
            {
                double p = Seen(inside, i, below, above) / (double)all;
                if (p > 0)
                {
                    // What has moved to a bin where nothing was has no share in the levels: a small one keeps the sum finite.
                    double q = Math.Max((double)mass / filled / kept, 1e-9);
                    sum += p * Math.Log(p / q);
                }
            }
        }

        return sum;
    }

    private static long Seen(ReadOnlySpan<long> inside, int i, long below, long above)
        => inside[i] + (i == 0 ? below : 0) + (i == inside.Length - 1 ? above : 0);

    private static long Total(ReadOnlySpan<long> counts)
    {
        long total = 0;
        foreach (long c in counts)
        {
            total += c;
        }

        return total;
    }
}

namespace Mettle.Data;

/// <summary>How one numeric column becomes a standardised number, and an indicator of missingness where training had gaps.</summary>
/// <param name="Name">The column.</param>
/// <param name="Transform">Settled on fitting; never <see cref="NumericTransform.Auto"/>.</param>
/// <param name="Median">Stands in for a missing value; 0 if all training values are missing.</param>
/// <param name="Mean">Mean of the transformed, filled-in training values.</param>
/// <param name="Scale">Their standard deviation (divided by n); 1 where that is 0.</param>
/// <param name="HasIndicator">Whether a 0/1 column tells which values were missing: some training value was.</param>
/// <param name="Knots">For <see cref="NumericTransform.Quantile"/>: values, ascending; else empty.</param>
/// <param name="Scores">The normal score of each knot.</param>
public sealed record NumericEncoding(
    string Name, NumericTransform Transform, double Median, double Mean, double Scale, bool HasIndicator, double[] Knots, double[] Scores)
{
    private const int MostKnots = 1000;
    private const double HeavyTail = 8;

    /// <summary>Fits on the chosen rows.</summary>
    internal static NumericEncoding Fit(NumericColumn column, ReadOnlySpan<int> rows, NumericTransform wanted)
    {
        List<double> known = new(rows.Length);
        foreach (int row in rows)
        {
            if (!column.IsMissing(row))
                known.Add(column.Values[row]);
        }
        double[] sorted = [.. known];
        Array.Sort(sorted);
        double median = sorted.Length == 0 ? 0 : Middle(sorted);
        NumericTransform transform = wanted == NumericTransform.Auto ? Choose(sorted) : wanted;
        NumericEncoding unscaled = new(column.Name, transform, median, 0, 1, known.Count < rows.Length, [], []);
        if (transform == NumericTransform.Quantile && sorted.Length > 0)
            unscaled = unscaled.WithKnots(sorted);

        double[] transformed = new double[rows.Length];
        for (int i = 0; i < transformed.Length; i++)
            transformed[i] = unscaled.Reshape(column.Values[rows[i]]);
        (double mean, double deviation) = Moments(transformed);
        return unscaled with { Mean = mean, Scale = deviation > 0 ? deviation : 1 };
    }

    /// <summary>The standardised value; a missing one (NaN) is taken for the median.</summary>
    /// <returns>A finite number: what float cannot hold becomes its largest.</returns>
    public float Encode(double value) =>
        // Divided first: the difference of two finite doubles may be infinite.
        (float)Math.Clamp(Reshape(value) / Scale - Mean / Scale, -float.MaxValue, float.MaxValue);

    private double Reshape(double value)
    {
        double known = double.IsNaN(value) ? Median : value;
        return Transform switch
        {
            NumericTransform.Log1p => double.CopySign(PortableMath.Log(1 + Math.Abs(known)), known),
            NumericTransform.Quantile => Score(known),
            _ => known,
        };
    }

    private double Score(double value)
    {
        if (Knots.Length == 0)
            return 0;
        int at = Array.BinarySearch(Knots, value);
        if (at >= 0)
            return Scores[at];
        int above = ~at;
        if (above == 0)
            return Scores[0];
        if (above == Knots.Length)
            return Scores[^1];
        // Halved first: the range of two finite doubles may itself be infinite.
        double share = (value / 2 - Knots[above - 1] / 2) / (Knots[above] / 2 - Knots[above - 1] / 2);
        return Scores[above - 1] + share * (Scores[above] - Scores[above - 1]);
    }

    private NumericEncoding WithKnots(double[] sorted)
    {
        int count = Math.Min(MostKnots, sorted.Length);
        List<double> knots = new(count);
        List<double> scores = new(count);
        for (int k = 0; k < count; k++)
        {
            double value = sorted[count == 1 ? 0 : (int)((long)k * (sorted.Length - 1) / (count - 1))];
            if (knots.Count > 0 && knots[^1] == value)
                continue;
            int below = LowerBound(sorted, value);
            int upTo = below;
            while (upTo < sorted.Length && sorted[upTo] == value)
                upTo++;
            knots.Add(value);
            scores.Add(PortableMath.NormalQuantile((below + upTo) / (2.0 * sorted.Length)));
        }
        return this with { Knots = [.. knots], Scores = [.. scores] };
    }

    private static NumericTransform Choose(double[] sorted)
    {
        if (sorted.Length == 0)
            return NumericTransform.Standard;
        (double mean, double deviation) = Moments(sorted);
        double farthest = Math.Max(sorted[^1] / HeavyTail - mean / HeavyTail, mean / HeavyTail - sorted[0] / HeavyTail);
        return farthest > deviation && deviation > 0 ? NumericTransform.Quantile : NumericTransform.Standard;
    }

    private static double Middle(double[] sorted) =>
        sorted[(sorted.Length - 1) / 2] / 2 + sorted[sorted.Length / 2] / 2;

    internal static (double Mean, double Deviation) Moments(ReadOnlySpan<double> values)
    {
        // A power of two, so exact: it keeps squares of the largest doubles from overflowing.
        double unit = 1;
        foreach (double value in values)
        {
            if (Math.Abs(value) > 1e140)
                unit = Math.ScaleB(1, -600);
        }
        double sum = 0;
        foreach (double value in values)
            sum += value * unit;
        double mean = sum / values.Length;
        double squares = 0;
        foreach (double value in values)
            squares += (value * unit - mean) * (value * unit - mean);
        return (mean / unit, Math.Sqrt(squares / values.Length) / unit);
    }

    private static int LowerBound(double[] sorted, double value)
    {
        int low = 0;
        int high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < value)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}

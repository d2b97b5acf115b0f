using System.Text.Json.Serialization;

namespace Mettle.Data;

/// <summary>How one numeric column becomes features, and an indicator of missingness where training had gaps.</summary>
/// <param name="Name">The column.</param>
/// <param name="Transform">Settled on fitting; never <see cref="NumericTransform.Auto"/>.</param>
/// <param name="Median">Stands in for a missing value; 0 if all training values are missing.</param>
/// <param name="Mean">Mean of the transformed, filled-in training values; 0 for <see cref="NumericTransform.Piecewise"/>.</param>
/// <param name="Scale">Their standard deviation (divided by n); 1 where that is 0 and for <see cref="NumericTransform.Piecewise"/>.</param>
/// <param name="HasIndicator">Whether a 0/1 feature tells which values were missing: some training value was.</param>
/// <param name="Knots">For <see cref="NumericTransform.Quantile"/> values, for <see cref="NumericTransform.Piecewise"/> ends of ranges, ascending; else empty.</param>
/// <param name="Scores">For <see cref="NumericTransform.Quantile"/> the normal score of each knot; else empty.</param>
public sealed record NumericEncoding(
    string Name, NumericTransform Transform, double Median, double Mean, double Scale, bool HasIndicator, double[] Knots, double[] Scores)
{
    private const int MostKnots = 1000;
    private const double HeavyTail = 8;

    /// <summary>Number of features, the indicator aside.</summary>
    [JsonIgnore]
    public int Width => Transform == NumericTransform.Piecewise ? Knots.Length - 1 : 1;

    /// <summary>Name of each feature: the column's, followed by the range for <see cref="NumericTransform.Piecewise"/>, and "_missing" for the indicator.</summary>
    [JsonIgnore]
    public IEnumerable<string> FeatureNames
    {
        get
        {
            IEnumerable<string> names = Transform == NumericTransform.Piecewise
                ? Enumerable.Range(0, Width).Select(i => FormattableString.Invariant($"{Name} {Knots[i]:G6} to {Knots[i + 1]:G6}"))
                : [Name];
            return HasIndicator ? names.Append(Name + "_missing") : names;
        }
    }

    /// <summary>Fits on a column of training rows.</summary>
    /// <param name="column">The values.</param>
    /// <param name="wanted">The transform, or <see cref="NumericTransform.Auto"/>.</param>
    /// <param name="scan">Given rows, the target in their order.</param>
    internal static NumericEncoding Fit(NumericColumn column, NumericTransform wanted, Func<int[], ITargetScan> scan)
    {
        int[] order = [.. Enumerable.Range(0, column.Length).Where(row => !column.IsMissing(row))];
        double[] sorted = [.. order.Select(row => column.Values[row])];
        Array.Sort(sorted, order);
        NumericEncoding unscaled = new(
            column.Name, wanted, sorted.Length == 0 ? 0 : Middle(sorted), 0, 1, column.MissingCount > 0, [], []);
        if (wanted is NumericTransform.Auto or NumericTransform.Piecewise)
        {
            double[] splits = TargetSplits.Find(sorted, scan(order));
            // A split between neighbouring doubles may round to one of them.
            double[] ends = splits.Length == 0 ? [] : [.. splits.Prepend(sorted[0]).Append(sorted[^1]).Distinct()];
            if (ends.Length > 2)
                return unscaled with { Transform = NumericTransform.Piecewise, Knots = ends };
            unscaled = unscaled with { Transform = ByTail(sorted) };
        }
        if (unscaled.Transform == NumericTransform.Quantile && sorted.Length > 0)
            unscaled = unscaled.WithKnots(sorted);

        double[] transformed = [.. column.Values.Select(unscaled.Reshape)];
        (double mean, double deviation) = Moments(transformed);
        return unscaled with { Mean = mean, Scale = deviation > 0 ? deviation : 1 };
    }

    /// <summary>The features of a value; a missing one (NaN) is taken for the median.</summary>
    /// <param name="value">In the column's unit.</param>
    /// <param name="features"><see cref="Width"/> places; finite numbers: what float cannot hold becomes its largest.</param>
    public void Encode(double value, Span<float> features)
    {
        if (Transform != NumericTransform.Piecewise)
        {
            // Divided first: the difference of two finite doubles may be infinite.
            features[0] = (float)Math.Clamp(Reshape(value) / Scale - Mean / Scale, -float.MaxValue, float.MaxValue);
            return;
        }
        double known = double.IsNaN(value) ? Median : value;
        for (int i = 0; i < Width; i++)
            features[i] = (float)Math.Clamp(Share(Knots[i], Knots[i + 1], known), 0, 1);
    }

    /// <summary>How far the value is from low to high: 0 to 1 between them.</summary>
    private static double Share(double low, double high, double value) => double.IsFinite(high - low)
        ? (value - low) / (high - low)
        : (value / 2 - low / 2) / (high / 2 - low / 2);

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
        double share = Share(Knots[above - 1], Knots[above], value);
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

    private static NumericTransform ByTail(double[] sorted)
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

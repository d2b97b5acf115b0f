using MathNet.Numerics.Distributions;

namespace Mettle.Challenges.Model;

/// <summary>
/// How far a positive quantity rises or falls along layers or steps, in orders of magnitude: a line through its decimal
/// logarithms by least squares. Neighbours resemble each other, so the variance is enlarged by (1 + r) / (1 - r) with r the
/// residuals' first autocorrelation (Bartlett 1946) and the degrees of freedom are cut alike.
/// </summary>
/// <param name="Orders">Slope times (places - 1): orders of magnitude from the first place to the last, negative where it falls.</param>
/// <param name="Interval">Its 95 % interval.</param>
/// <param name="Freedom">Degrees of freedom left.</param>
internal sealed record Trend(double Orders, Interval Interval, double Freedom)
{
    private readonly double standardError;

    /// <summary>Fewest places that a line with an interval needs.</summary>
    public const int FewestPlaces = 5;

    // The smallest subnormal float: what has vanished altogether counts as this.
    private const double Floor = 1.4e-45;

    private Trend(double orders, double error, double freedom, double t)
        : this(orders, new Interval(orders - (t * error), orders + (t * error)), freedom)
        => standardError = error;

    /// <summary>Fits the values of places 0, 1, ...; at least <see cref="FewestPlaces"/>, finite, not negative.</summary>
    public static Trend Of(IReadOnlyList<double> values)
    {
        int n = values.Count;
        double[] y = [.. values.Select(v => Math.Log10(Math.Max(Floor, v)))];
        double middle = (n - 1) / 2.0, mean = y.Average();
        double squares = y.Select((_, i) => (i - middle) * (i - middle)).Sum();
        double slope = y.Select((v, i) => (i - middle) * (v - mean)).Sum() / squares;
        double[] rest = [.. y.Select((v, i) => v - mean - (slope * (i - middle)))];
        double energy = rest.Sum(e => e * e);
        double alike = energy == 0 ? 0 : Math.Clamp(rest.Skip(1).Zip(rest, (a, b) => a * b).Sum() / energy, 0, 0.98);
        double inflation = (1 + alike) / (1 - alike);
        double freedom = Math.Max(1, (n / inflation) - 2);
        double error = Math.Sqrt(energy / (n - 2) / squares * inflation) * (n - 1);
        return new Trend(slope * (n - 1), error, freedom, StudentT.InvCDF(0, 1, freedom, 0.975));
    }

    /// <summary>One-sided p-value of "it changes by no more than this many orders of magnitude, up or down".</summary>
    public double PValueBeyond(double orders)
    {
        double distance = Math.Abs(Orders) - orders;
        return standardError == 0 ? (distance > 0 ? 0 : 1) : 1 - StudentT.CDF(0, 1, Freedom, distance / standardError);
    }
}

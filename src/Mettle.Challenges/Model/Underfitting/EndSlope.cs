using MathNet.Numerics.Distributions;

namespace Mettle.Challenges.Model;

/// <summary>
/// By how much a curve changes over its last stretch: a line by least squares. Neighbouring epochs resemble each other, so the
/// variance is enlarged by (1 + r) / (1 - r) with r the residuals' first autocorrelation (Bartlett 1946) and the degrees of freedom are
/// cut alike.
/// </summary>
/// <param name="Change">Slope times the stretch's length, negative where the curve falls.</param>
/// <param name="Error">Its standard error.</param>
/// <param name="Freedom">Degrees of freedom.</param>
/// <param name="Epochs">Length of the stretch.</param>
internal sealed record EndSlope(double Change, double Error, double Freedom, int Epochs)
{
    /// <summary>Fewest epochs that leave a last quarter with a line and an interval.</summary>
    public const int FewestEpochs = 12;

    private const int FewestPoints = 5;

    /// <summary>Fits the last quarter of a curve, five points at least.</summary>
    public static EndSlope Of(IReadOnlyList<double> curve)
    {
        int n = Math.Max(FewestPoints, curve.Count / 4);
        double[] y = [.. curve.Skip(curve.Count - n)];
        double middle = (n - 1) / 2.0, mean = y.Average();
        double squares = Enumerable.Range(0, n).Sum(i => (i - middle) * (i - middle));
        double slope = y.Select((v, i) => (i - middle) * (v - mean)).Sum() / squares;
        double[] rest = [.. y.Select((v, i) => v - mean - (slope * (i - middle)))];
        double energy = rest.Sum(e => e * e);
        double alike = energy == 0 ? 0 : Math.Clamp(rest.Skip(1).Zip(rest, (a, b) => a * b).Sum() / energy, 0, 0.9);
        double inflation = (1 + alike) / (1 - alike);
        return new EndSlope(slope * n, n * Math.Sqrt(energy / (n - 2) / squares * inflation), Math.Max(1, (n / inflation) - 2), n);
    }

    /// <summary>The interval of <see cref="Change"/> times <paramref name="factor"/>.</summary>
    public Interval Interval(double factor)
    {
        double half = StudentT.InvCDF(0, 1, Freedom, 0.975) * Error, a = (Change - half) * factor, b = (Change + half) * factor;
        return new Interval(Math.Min(a, b), Math.Max(a, b));
    }

    /// <summary>One-sided p-value of "it rises by no more than <paramref name="threshold"/>".</summary>
    public double PValueAbove(double threshold) => PValue(Change - threshold);

    /// <summary>One-sided p-value of "it falls by no more than <paramref name="threshold"/>".</summary>
    public double PValueBelow(double threshold) => PValue(-Change - threshold);

    private double PValue(double distance) => Error == 0 ? (distance > 0 ? 0 : 1) : 1 - StudentT.CDF(0, 1, Freedom, distance / Error);
}

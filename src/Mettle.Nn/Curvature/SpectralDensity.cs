namespace Mettle.Nn;

/// <summary>
/// Density of a symmetric matrix's eigenvalues by stochastic Lanczos quadrature (Ubaru, Chen and Saad, SIAM J. Matrix Anal.
/// 2017; Ghorbani, Krishnan and Xiao, ICML 2019): each random vector gives a quadrature of the density, their mean is the
/// estimate, their spread its error.
/// </summary>
/// <param name="At">Eigenvalues at which the density was taken, ascending, evenly spaced.</param>
/// <param name="Density">Share of eigenvalues per unit, smoothed by a Gaussian of <paramref name="Width"/>.</param>
/// <param name="StandardError">Of each density, over random vectors.</param>
/// <param name="Width">Standard deviation of the smoothing.</param>
/// <param name="Negative">Share of eigenvalues below 0 by more than rounding (a hundred thousandth of the largest's size).</param>
/// <param name="NegativeError">Its standard error.</param>
/// <param name="Trace">Sum of all eigenvalues.</param>
/// <param name="TraceError">Its standard error.</param>
/// <param name="Probes">Random vectors used.</param>
/// <param name="Products">Products with the matrix.</param>
/// <param name="Converged">Whether the error came below the tolerance.</param>
public sealed record SpectralDensity(
    IReadOnlyList<double> At,
    IReadOnlyList<double> Density,
    IReadOnlyList<double> StandardError,
    double Width,
    double Negative,
    double NegativeError,
    double Trace,
    double TraceError,
    int Probes,
    int Products,
    bool Converged)
{
    private const int FewestProbes = 8;
    private const double Rounding = 1e-5;

    /// <summary>
    /// Adds random vectors until the density's standard error, integrated over the axis, is at most <paramref name="tolerance"/>
    /// (the density integrates to 1), or <paramref name="mostProbes"/> are used.
    /// </summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="key">Random stream.</param>
    /// <param name="steps">Lanczos steps per vector: the number of nodes of a quadrature.</param>
    /// <param name="tolerance">Integrated standard error.</param>
    /// <param name="mostProbes">Most random vectors, at least 8.</param>
    /// <param name="width">Smoothing, as a share of the spectrum's range.</param>
    /// <param name="points">Places at which the density is taken.</param>
    public static SpectralDensity Estimate(
        SymmetricOperator matrix, RandomKey key, int steps = 40, double tolerance = 0.05, int mostProbes = 64, double width = 0.01, int points = 201)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostProbes, FewestProbes);
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 2);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        var probes = new List<Quadrature>();
        int look = FewestProbes;
        while (true)
        {
            probes.Add(Quadrature.Of(matrix, key.At(probes.Count), steps));
            if (probes.Count >= look || probes.Count == mostProbes)
            {
                look = probes.Count + Math.Max(1, probes.Count / 8);
                var estimate = Summarize(probes, matrix.Dimension, width, points, tolerance);
                if (estimate.Converged || probes.Count == mostProbes)
                {
                    return estimate;
                }
            }
        }
    }

    private static SpectralDensity Summarize(List<Quadrature> probes, int dimension, double width, int points, double tolerance)
    {
        double low = probes.Min(p => p.Nodes[0]), high = probes.Max(p => p.Nodes[^1]);

        // A multiple of the unit matrix has a range of 0.
        double range = high > low ? high - low : Math.Max(1, Math.Abs(high));
        double sigma = width * range;
        double[] at = [.. Enumerable.Range(0, points).Select(i => low - (4 * sigma) + (i * (high - low + (8 * sigma)) / (points - 1)))];
        var density = new double[points];
        var error = new double[points];
        for (int i = 0; i < points; i++)
        {
            (density[i], error[i]) = Mean([.. probes.Select(p => p.Density(at[i], sigma))]);
        }

        double integrated = error.Sum() * (at[1] - at[0]);
        var (negative, negativeError) = Mean([.. probes.Select(p => p.Weigh(t => t < -Rounding * Math.Max(Math.Abs(low), Math.Abs(high)) ? 1 : 0))]);
        var (trace, traceError) = Mean([.. probes.Select(p => dimension * p.Weigh(t => t))]);
        return new SpectralDensity(
            at, density, error, sigma, negative, negativeError, trace, traceError, probes.Count, probes.Sum(p => p.Nodes.Length), integrated <= tolerance);
    }

    private static (double Mean, double Error) Mean(double[] values)
    {
        double mean = values.Average();
        return (mean, Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1) / values.Length));
    }

    /// <summary>Nodes and weights of one random vector.</summary>
    private sealed record Quadrature(double[] Nodes, double[] Weights)
    {
        public static Quadrature Of(SymmetricOperator matrix, RandomKey key, int steps)
        {
            var lanczos = new Lanczos(matrix, Vectors.Normal(key.For("start"), matrix.Dimension), key.For("fresh"));

            // Past an invariant space the vector has no part in what follows.
            while (lanczos.Diagonal.Count < steps && !(lanczos.Off.Count > 0 && lanczos.Off[^1] == 0) && lanczos.Step())
            {
            }

            var (values, vectors) = Tridiagonal.Solve(lanczos.Diagonal, lanczos.Off);
            return new Quadrature(values, [.. vectors.Select(v => v[0] * v[0])]);
        }

        public double Weigh(Func<double, double> f)
        {
            double sum = 0;
            for (int i = 0; i < Nodes.Length; i++)
            {
                sum += Weights[i] * f(Nodes[i]);
            }

            return sum;
        }

        public double Density(double at, double sigma)
            => Weigh(t => Math.Exp(-0.5 * ((at - t) / sigma * ((at - t) / sigma))) / (sigma * Math.Sqrt(2 * Math.PI)));
    }
}

namespace Mettle.Nn;

/// <summary>The sum of a symmetric matrix's eigenvalues, estimated from products with random vectors.</summary>
/// <param name="Value">The estimate, without bias.</param>
/// <param name="StandardError">Over random vectors.</param>
/// <param name="Products">Products with the matrix.</param>
/// <param name="Converged">Whether the error came below the tolerance.</param>
public sealed record TraceEstimate(double Value, double StandardError, int Products, bool Converged)
{
    private const int FewestProbes = 8;

    /// <summary>
    /// The mean of z'Az over vectors z of random signs (Hutchinson 1990). Goes on until the standard error, not the estimate,
    /// is small: at most <paramref name="tolerance"/> times the estimate's size.
    /// </summary>
    public static TraceEstimate Hutchinson(SymmetricOperator matrix, RandomKey key, double tolerance = 0.05, int mostProducts = 256)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostProducts, FewestProbes);
        var values = new List<double>();
        while (true)
        {
            double[] z = Vectors.Rademacher(key.At(values.Count), matrix.Dimension);
            values.Add(Vectors.Dot(z, matrix.Multiply(z)));
            if (values.Count >= FewestProbes)
            {
                var (mean, error) = Mean(values);
                bool converged = error <= tolerance * Math.Abs(mean);
                if (converged || values.Count == mostProducts)
                {
                    return new TraceEstimate(mean, error, values.Count, converged);
                }
            }
        }
    }

    /// <summary>
    /// Hutch++ (Meyer, Musco, Musco and Woodruff, SOSA 2021): the trace over the space of A times a third of the random vectors
    /// exactly, the rest by Hutchinson's estimate. Its error falls as 1 / products where the spectrum decays, not as their root.
    /// </summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="key">Random stream.</param>
    /// <param name="products">Products to spend, at least 6.</param>
    public static TraceEstimate HutchPlusPlus(SymmetricOperator matrix, RandomKey key, int products = 60)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(products, 6);
        int n = matrix.Dimension, third = products / 3;
        var basis = new List<double[]>();
        for (int i = 0; i < third && basis.Count < n; i++)
        {
            double[] x = matrix.Multiply(Vectors.Rademacher(key.For("sketch").At(i), n));
            double before = Vectors.Norm(x);
            Vectors.Orthogonalize(x, basis);
            double after = Vectors.Norm(x);
            if (after > 1e-12 * before)
            {
                basis.Add(Vectors.Times(x, 1 / after));
            }
        }

        double exact = basis.Sum(q => Vectors.Dot(q, matrix.Multiply(q)));
        var rest = new List<double>();
        for (int i = 0; i < third; i++)
        {
            double[] z = Vectors.Rademacher(key.For("rest").At(i), n);
            Vectors.Orthogonalize(z, basis);
            rest.Add(Vectors.Dot(z, matrix.Multiply(z)));
        }

        var (mean, error) = Mean(rest);
        return new TraceEstimate(exact + mean, error, third + basis.Count + third, true);
    }

    private static (double Mean, double Error) Mean(List<double> values)
    {
        double mean = values.Average();
        return (mean, Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1) / values.Count));
    }
}

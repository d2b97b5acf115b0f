namespace Mettle.Nn;

/// <summary>An eigenvalue with its vector.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="Vector">Of length 1.</param>
/// <param name="Residual">|A v - value v|: the matrix has an eigenvalue no farther than this from the estimate.</param>
public sealed record Eigenpair(double Value, double[] Vector, double Residual);

/// <summary>The ends of a spectrum.</summary>
/// <param name="Top">Largest first.</param>
/// <param name="Bottom">Smallest first.</param>
/// <param name="Products">Products with the matrix that it took.</param>
/// <param name="Converged">Whether all residuals are within the tolerance.</param>
public sealed record SpectrumEnds(IReadOnlyList<Eigenpair> Top, IReadOnlyList<Eigenpair> Bottom, int Products, bool Converged);

/// <summary>Largest and smallest eigenvalues (by value, not size) of a symmetric matrix by the Lanczos method.</summary>
public static class EigenSolver
{
    /// <summary>
    /// Goes on until the residual of every wanted pair is at most <paramref name="tolerance"/> times the largest eigenvalue's
    /// size, or <paramref name="mostProducts"/> are spent. An estimate lies inside the spectrum, so an end is never overstated.
    /// A multiple eigenvalue is found once; further times only where the vectors fill the space.
    /// </summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="top">Largest eigenvalues wanted.</param>
    /// <param name="bottom">Smallest eigenvalues wanted.</param>
    /// <param name="key">Random stream of the first vector.</param>
    /// <param name="tolerance">Relative size of residuals.</param>
    /// <param name="mostProducts">Most products with the matrix; each keeps a vector in memory.</param>
    public static SpectrumEnds Solve(SymmetricOperator matrix, int top, int bottom, RandomKey key, double tolerance = 1e-4, int mostProducts = 200)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(top);
        ArgumentOutOfRangeException.ThrowIfNegative(bottom);
        int wanted = Math.Min(matrix.Dimension, top + bottom);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostProducts, wanted);
        var lanczos = new Lanczos(matrix, Vectors.Normal(key.For("start"), matrix.Dimension), key.For("fresh"));
        int check = Math.Max(wanted, 2);
        while (lanczos.Step())
        {
            int n = lanczos.Diagonal.Count;
            bool last = n == mostProducts || n == matrix.Dimension;
            if (n < check && !last)
            {
                continue;
            }

            // Solving the small problem at every step would cost more than products of small models.
            check = n + Math.Max(1, n / 8);
            var (values, vectors) = Tridiagonal.Solve(lanczos.Diagonal, lanczos.Off);
            double scale = Math.Max(Math.Abs(values[0]), Math.Abs(values[^1]));
            int[] upper = [.. Enumerable.Range(0, Math.Min(top, n)).Select(i => n - 1 - i)];
            int[] lower = [.. Enumerable.Range(0, Math.Min(bottom, n))];

            // Where the space so far is invariant all residuals are 0: what lies beside it is yet to be seen.
            bool converged = n >= wanted && (last || lanczos.Off[^1] > 0) && upper.Concat(lower).All(i => Residual(i) <= tolerance * scale);
            if (converged || last)
            {
                return new SpectrumEnds([.. upper.Select(Pair)], [.. lower.Select(Pair)], n, converged);
            }

            double Residual(int i) => Math.Abs(lanczos.Off[^1] * vectors[i][^1]);

            Eigenpair Pair(int i)
            {
                var x = new double[matrix.Dimension];
                for (int k = 0; k < n; k++)
                {
                    Vectors.Add(x, vectors[i][k], lanczos.Basis[k]);
                }

                return new Eigenpair(values[i], x, Residual(i));
            }
        }

        throw new InvalidOperationException("A matrix without rows has no eigenvalues.");
    }
}

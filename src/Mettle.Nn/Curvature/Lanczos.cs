namespace Mettle.Nn;

/// <summary>
/// Lanczos's tridiagonal form of a symmetric matrix, Q' A Q = T, one product a step, with full reorthogonalisation: without it
/// converged eigenvalues come back as ghosts (Paige 1972). Where the vectors so far span an invariant space it goes on with a
/// fresh random one, so that multiple eigenvalues are found as often as they occur.
/// </summary>
internal sealed class Lanczos
{
    private readonly SymmetricOperator matrix;
    private readonly RandomKey key;
    private readonly List<double[]> basis = [];
    private readonly List<double> diagonal = [], off = [];
    private double[]? next;
    private double largest;

    /// <param name="matrix">The matrix.</param>
    /// <param name="start">First vector; its length does not matter.</param>
    /// <param name="key">Random stream of vectors to go on with.</param>
    public Lanczos(SymmetricOperator matrix, double[] start, RandomKey key)
    {
        this.matrix = matrix;
        this.key = key;
        next = Vectors.Times(start, 1 / Vectors.Norm(start));
    }

    public IReadOnlyList<double[]> Basis => basis;

    public IReadOnlyList<double> Diagonal => diagonal;

    /// <summary>Beside the diagonal; one number per step, the last of which couples to the next vector.</summary>
    public IReadOnlyList<double> Off => off;

    /// <summary>One more vector; false when they span the whole space.</summary>
    public bool Step()
    {
        if (next is null)
        {
            return false;
        }

        double[] q = next;
        basis.Add(q);
        double[] r = matrix.Multiply(q);
        double a = Vectors.Dot(q, r);
        diagonal.Add(a);
        Vectors.Orthogonalize(r, basis);
        double b = Vectors.Norm(r);
        if (!double.IsFinite(a + b))
        {
            throw new ArithmeticException("A product with the matrix is not finite: the loss has no second derivatives at these weights.");
        }

        // Below this the remainder is rounding of the product.
        largest = Math.Max(largest, Math.Abs(a) + b);
        bool ended = b <= 1e-13 * largest;
        off.Add(ended ? 0 : b);
        next = ended ? Fresh() : Vectors.Times(r, 1 / b);
        return true;
    }

    private double[]? Fresh()
    {
        if (basis.Count >= matrix.Dimension)
        {
            return null;
        }

        double[] x = Vectors.Normal(key.At(basis.Count), matrix.Dimension);
        Vectors.Orthogonalize(x, basis);
        return Vectors.Times(x, 1 / Vectors.Norm(x));
    }
}

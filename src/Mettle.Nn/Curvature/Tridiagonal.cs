namespace Mettle.Nn;

/// <summary>
/// Eigenvalues and eigenvectors of a symmetric tridiagonal matrix by QL steps with Wilkinson's implicit shift (Golub and Van
/// Loan, Matrix Computations, section 8.3).
/// </summary>
internal static class Tridiagonal
{
    private const int MostSweeps = 60;

    /// <summary>Eigenvalues in ascending order, and vectors[i] the orthonormal eigenvector of value i.</summary>
    /// <param name="diagonal">n numbers.</param>
    /// <param name="off">n - 1 numbers beside the diagonal.</param>
    public static (double[] Values, double[][] Vectors) Solve(IReadOnlyList<double> diagonal, IReadOnlyList<double> off)
    {
        int n = diagonal.Count;
        double[] d = [.. diagonal], e = [.. off.Take(n - 1), 0];

        // Row k holds component k of all eigenvectors.
        var rows = new double[n][];
        for (int k = 0; k < n; k++)
        {
            rows[k] = new double[n];
            rows[k][k] = 1;
        }

        for (int l = 0; l < n; l++)
        {
            for (int sweep = 0; End(d, e, l) is var m && m > l; sweep++)
            {
                if (sweep == MostSweeps)
                {
                    throw new ArithmeticException($"The eigenvalues of a tridiagonal matrix of {n} rows did not settle; does it hold a number that is not finite?");
                }

                Sweep(d, e, rows, l, m);
            }
        }

        int[] order = [.. Enumerable.Range(0, n).OrderBy(i => d[i])];
        return ([.. order.Select(i => d[i])], [.. order.Select(i => rows.Select(r => r[i]).ToArray())]);
    }

    // The last row of the block that begins at l: where the number beside the diagonal is rounding.
    private static int End(double[] d, double[] e, int l)
    {
        int m = l;
        while (m < d.Length - 1 && Math.Abs(e[m]) > double.Epsilon && Math.Abs(d[m]) + Math.Abs(d[m + 1]) + Math.Abs(e[m]) != Math.Abs(d[m]) + Math.Abs(d[m + 1]))
        {
            m++;
        }

        return m;
    }

    private static void Sweep(double[] d, double[] e, double[][] rows, int l, int m)
    {
        double half = (d[l + 1] - d[l]) / (2 * e[l]), root = Length(half, 1);
        double g = d[m] - d[l] + (e[l] / (half + Math.CopySign(root, half)));
        double sine = 1, cosine = 1, shift = 0;
        for (int i = m - 1; i >= l; i--)
        {
            double f = sine * e[i], b = cosine * e[i];
            root = Length(f, g);
            e[i + 1] = root;
            if (root == 0)
            {
                // The matrix falls into two before the sweep's end: begin again with the smaller block.
                d[i + 1] -= shift;
                e[m] = 0;
                return;
            }

            sine = f / root;
            cosine = g / root;
            g = d[i + 1] - shift;
            double r = ((d[i] - g) * sine) + (2 * cosine * b);
            shift = sine * r;
            d[i + 1] = g + shift;
            g = (cosine * r) - b;
            foreach (double[] row in rows)
            {
                double upper = row[i + 1];
                row[i + 1] = (sine * row[i]) + (cosine * upper);
                row[i] = (cosine * row[i]) - (sine * upper);
            }
        }

        d[l] -= shift;
        e[l] = g;
        e[m] = 0;
    }

    private static double Length(double a, double b)
    {
        double large = Math.Max(Math.Abs(a), Math.Abs(b)), small = Math.Min(Math.Abs(a), Math.Abs(b));
        return large == 0 ? 0 : large * Math.Sqrt(1 + (small / large * (small / large)));
    }
}

namespace Mettle.Nn.Tests;

/// <summary>A symmetric matrix with all its numbers, and its eigenvalues by Jacobi's rotations: slow, simple, another way.</summary>
internal sealed class DenseMatrix(double[,] values) : SymmetricOperator
{
    public override int Dimension => values.GetLength(0);

    public double this[int i, int j] => values[i, j];

    /// <summary>All columns of an operator.</summary>
    public static DenseMatrix Of(SymmetricOperator matrix)
    {
        int n = matrix.Dimension;
        var all = new double[n, n];
        for (int j = 0; j < n; j++)
        {
            var unit = new double[n];
            unit[j] = 1;
            double[] column = matrix.Multiply(unit);
            for (int i = 0; i < n; i++)
            {
                all[i, j] = column[i];
            }
        }

        return new DenseMatrix(all);
    }

    /// <summary>Q D Q' with random orthogonal Q.</summary>
    public static DenseMatrix WithEigenvalues(params double[] eigenvalues)
    {
        int n = eigenvalues.Length;
        var basis = new List<double[]>();
        for (int i = 0; i < n; i++)
        {
            double[] x = [.. Enumerable.Range(0, n).Select(j => RandomKey.FromSeed(8).At(i).Normal((ulong)j))];
            foreach (double[] q in basis.Concat(basis))
            {
                double along = q.Zip(x, (a, b) => a * b).Sum();
                x = [.. x.Zip(q, (a, b) => a - (along * b))];
            }

            double length = Math.Sqrt(x.Sum(a => a * a));
            basis.Add([.. x.Select(a => a / length)]);
        }

        var values = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                values[i, j] = Enumerable.Range(0, n).Sum(k => eigenvalues[k] * basis[k][i] * basis[k][j]);
            }
        }

        return new DenseMatrix(values);
    }

    public override double[] Multiply(ReadOnlySpan<double> vector)
    {
        var y = new double[Dimension];
        for (int i = 0; i < y.Length; i++)
        {
            for (int j = 0; j < y.Length; j++)
            {
                y[i] += values[i, j] * vector[j];
            }
        }

        return y;
    }

    /// <summary>Ascending.</summary>
    public double[] Eigenvalues()
    {
        int n = Dimension;
        var a = (double[,])values.Clone();
        for (int sweep = 0; sweep < 30; sweep++)
        {
            for (int p = 0; p < n; p++)
            {
                for (int q = p + 1; q < n; q++)
                {
                    Rotate(a, p, q);
                }
            }
        }

        return [.. Enumerable.Range(0, n).Select(i => a[i, i]).Order()];
    }

    private static void Rotate(double[,] a, int p, int q)
    {
        if (Math.Abs(a[p, q]) < 1e-300)
        {
            return;
        }

        double theta = 0.5 * Math.Atan2(2 * a[p, q], a[p, p] - a[q, q]), c = Math.Cos(theta), s = Math.Sin(theta);
        int n = a.GetLength(0);
        for (int k = 0; k < n; k++)
        {
            (a[k, p], a[k, q]) = ((c * a[k, p]) + (s * a[k, q]), (c * a[k, q]) - (s * a[k, p]));
        }

        for (int k = 0; k < n; k++)
        {
            (a[p, k], a[q, k]) = ((c * a[p, k]) + (s * a[q, k]), (c * a[q, k]) - (s * a[p, k]));
        }
    }
}

namespace Mettle.Nn;

/// <summary>
/// A random orthogonal matrix times <paramref name="gain"/>, axes after the first taken together; orthonormal rows or columns,
/// whichever are fewer. Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear
/// neural networks" (2014). QR of a normal matrix by Householder reflections in float64, R's diagonal made positive so
/// that the distribution is uniform.
/// </summary>
public sealed class Orthogonal(double gain = Gain.Linear) : Initializer
{
    /// <inheritdoc/>
    public override Tensor Create(Shape shape, RandomKey key)
    {
        if (shape.Rank < 2)
        {
            throw new ArgumentException($"Orthogonal needs at least two axes, got shape {shape}.");
        }

        int rows = shape[0], columns = checked((int)(shape.Count / Math.Max(1, rows)));
        (int m, int n) = (Math.Max(rows, columns), Math.Min(rows, columns));
        using var scope = MemoryScope.Begin("orthogonal");
        double[] q = OrthonormalColumns(Array.ConvertAll(Tensor.Normal(key, [m, n]).ToArray<float>(), v => (double)v), m, n);
        var values = new float[rows * columns];
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
            {
                values[(r * columns) + c] = (float)(gain * (rows >= columns ? q[(r * n) + c] : q[(c * n) + r]));
            }
        }

        return scope.Keep(Tensor.From(values, shape));
    }

    // Q of the QR decomposition of a (m x n, m >= n), with R's diagonal positive.
    private static double[] OrthonormalColumns(double[] a, int m, int n)
    {
        var scale = new double[n];
        var sign = new double[n];
        for (int k = 0; k < n; k++)
        {
            double norm = 0;
            for (int i = k; i < m; i++)
            {
                norm += a[(i * n) + k] * a[(i * n) + k];
            }

            norm = Math.Sqrt(norm);
            double head = a[(k * n) + k];
            sign[k] = head > 0 ? -1 : 1;
            a[(k * n) + k] = head - (sign[k] * norm);

            // H = I - scale v vᵀ with v the column from the diagonal down.
            double length = 2 * norm * (norm + Math.Abs(head));
            scale[k] = length == 0 ? 0 : 2 / length;
            Reflect(a, m, n, k, k + 1, a, scale[k]);
        }

        var q = new double[m * n];
        for (int i = 0; i < n; i++)
        {
            q[(i * n) + i] = sign[i];
        }

        for (int k = n - 1; k >= 0; k--)
        {
            Reflect(a, m, n, k, 0, q, scale[k]);
        }

        return q;
    }

    private static void Reflect(double[] v, int m, int n, int k, int from, double[] target, double scale)
    {
        for (int c = from; c < n; c++)
        {
            double dot = 0;
            for (int i = k; i < m; i++)
            {
                dot += v[(i * n) + k] * target[(i * n) + c];
            }

            for (int i = k; i < m; i++)
            {
                target[(i * n) + c] -= scale * dot * v[(i * n) + k];
            }
        }
    }
}

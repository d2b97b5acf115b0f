namespace Mettle.Nn;

/// <summary>A symmetric matrix that is known by its products with vectors.</summary>
public abstract class SymmetricOperator
{
    /// <summary>Rows, and columns.</summary>
    public abstract int Dimension { get; }

    /// <summary>The product with <paramref name="vector"/>, which has <see cref="Dimension"/> numbers.</summary>
    public abstract double[] Multiply(ReadOnlySpan<double> vector);

    /// <summary>D A D, with D the diagonal matrix of <paramref name="scale"/>: the matrix in units of the scale.</summary>
    public SymmetricOperator Scaled(IReadOnlyList<double> scale) => new ScaledOperator(this, scale);

    private sealed class ScaledOperator(SymmetricOperator inner, IReadOnlyList<double> scale) : SymmetricOperator
    {
        private readonly double[] scale = scale.Count == inner.Dimension
            ? [.. scale]
            : throw new ArgumentException($"The scale has {scale.Count} numbers, the matrix {inner.Dimension} rows.");

        public override int Dimension => inner.Dimension;

        public override double[] Multiply(ReadOnlySpan<double> vector)
        {
            double[] y = inner.Multiply(Times(vector));
            return Times(y);
        }

        private double[] Times(ReadOnlySpan<double> vector)
        {
            var y = new double[scale.Length];
            for (int i = 0; i < y.Length; i++)
            {
                y[i] = scale[i] * vector[i];
            }

            return y;
        }
    }
}

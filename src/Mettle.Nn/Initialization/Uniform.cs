namespace Mettle.Nn;

/// <summary>Uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
public sealed class Uniform(double low, double high) : Initializer
{
    /// <summary>Uniform in ±1/√<paramref name="fan"/>: PyTorch's default of linear, convolutional and recurrent layers.</summary>
    public static Uniform ForFan(long fan) => fan == 0 ? new(0, 0) : new(-1 / Math.Sqrt(fan), 1 / Math.Sqrt(fan));

    /// <inheritdoc/>
    public override Tensor Create(Shape shape, RandomKey key) => Tensor.Uniform(key, shape, low, high);
}

namespace Mettle.Nn;

/// <summary>Normal with <paramref name="mean"/> and standard <paramref name="deviation"/>.</summary>
public sealed class Normal(double mean = 0, double deviation = 1) : Initializer
{
    /// <inheritdoc/>
    public override Tensor Create(Shape shape, RandomKey key) => Tensor.Normal(key, shape, mean, deviation);
}

namespace Mettle.Nn;

/// <summary>
/// Standard deviation <paramref name="gain"/> · √(2 / (fan in + fan out)): a middle way between signals and gradients.
/// Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010), equation 16.
/// </summary>
public sealed class Xavier(Distribution distribution = Distribution.Uniform, double gain = Gain.Linear) : Initializer
{
    /// <inheritdoc/>
    public override Tensor Create(Shape shape, RandomKey key)
    {
        var fans = Fans.Of(shape);
        return Kaiming.Draw(shape, key, gain * Math.Sqrt(2.0 / Math.Max(1, fans.In + fans.Out)), distribution);
    }
}

namespace Mettle.Nn;

/// <summary>
/// Standard deviation <paramref name="gain"/> / √fan: deep rectifier networks keep the variance of signals or gradients.
/// He, Zhang, Ren and Sun, "Delving deep into rectifiers" (2015), equations 10 and 14.
/// </summary>
/// <param name="fan">Which side's connections to count.</param>
/// <param name="distribution">Shape of the distribution.</param>
/// <param name="gain">See <see cref="Gain"/>; null means the rectifier's √2.</param>
public sealed class Kaiming(Fan fan = Fan.In, Distribution distribution = Distribution.Normal, double? gain = null) : Initializer
{
    /// <inheritdoc/>
    public override Tensor Create(Shape shape, RandomKey key)
    {
        var fans = Fans.Of(shape);
        double deviation = (gain ?? Gain.Relu) / Math.Sqrt(Math.Max(1, fan == Fan.In ? fans.In : fans.Out));
        return Draw(shape, key, deviation, distribution);
    }

    internal static Tensor Draw(Shape shape, RandomKey key, double deviation, Distribution distribution)
    {
        double bound = Math.Sqrt(3) * deviation;
        return distribution == Distribution.Normal
            ? Tensor.Normal(key, shape, 0, deviation)
            : Tensor.Uniform(key, shape, -bound, bound);
    }
}

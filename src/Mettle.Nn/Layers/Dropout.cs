namespace Mettle.Nn;

/// <summary>
/// Zeroes elements with probability <paramref name="rate"/> while training and divides the rest by 1 - rate, so that
/// evaluation needs no scaling. Srivastava et al., "Dropout" (2014), section 10. What is dropped depends on the pass's key and
/// the layer's path only.
/// </summary>
public sealed class Dropout(double rate = 0.5) : Module
{
    /// <summary>Probability of dropping an element, in [0, 1).</summary>
    public double Rate { get; } = rate is >= 0 and < 1 ? rate : throw new ArgumentOutOfRangeException(nameof(rate), rate, "A dropout rate is in [0, 1).");

    internal override bool HoldsNothing => true;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => Watch(pass.Training && Rate > 0 ? x.Dropout(Rate, pass.Key.For(Path)) : x);

    /// <summary>0 with probability <paramref name="rate"/>, else 1 / (1 - rate).</summary>
    internal static Tensor Mask(Shape shape, DType dtype, double rate, RandomKey key)
        => (Tensor.Uniform(key, shape) >= rate).To(dtype) * (1 / (1 - rate));
}

namespace Mettle.Nn;

/// <summary>
/// Normalises over the last axis, then scales and shifts. Ba, Kiros and Hinton, "Layer normalization" (2016). Keys: "weight",
/// "bias" [width].
/// </summary>
public sealed class LayerNorm : Module
{
    private readonly Parameter? weight;
    private readonly Parameter? bias;
    private readonly int width;
    private readonly double epsilon;

    /// <summary>A layer for inputs [..., width].</summary>
    public LayerNorm(int width, double epsilon = 1e-5, bool affine = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        (this.width, this.epsilon) = (width, epsilon);
        weight = affine ? Register("weight", [width], Constant.One, ParameterRole.Scale) : null;
        bias = affine ? Register("bias", [width], Constant.Zero, ParameterRole.Bias) : null;
    }

    internal override bool HoldsNothing => true;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
        => x.Rank > 0 && x.Shape[^1] == width
            ? Watch(x.LayerNorm(1, weight?.Value, bias?.Value, epsilon))
            : throw new ArgumentException($"LayerNorm '{Path}' takes [..., {width}], got {x.Shape}.");
}

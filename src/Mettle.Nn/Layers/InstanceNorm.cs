namespace Mettle.Nn;

/// <summary>
/// Normalises each channel of each row of [N, C, ...] on its own. Ulyanov, Vedaldi and Lempitsky, "Instance normalization"
/// (2016). As in PyTorch without parameters unless <c>affine</c>; keys then "weight", "bias" [channels].
/// </summary>
public sealed class InstanceNorm : Module
{
    private readonly Parameter? weight;
    private readonly Parameter? bias;
    private readonly int channels;
    private readonly double epsilon;

    /// <summary>A layer for inputs [N, channels, ...].</summary>
    public InstanceNorm(int channels, double epsilon = 1e-5, bool affine = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        (this.channels, this.epsilon) = (channels, epsilon);
        weight = affine ? Register("weight", [channels], Constant.One, ParameterRole.Scale) : null;
        bias = affine ? Register("bias", [channels], Constant.Zero, ParameterRole.Bias) : null;
    }

    internal override bool HoldsNothing => true;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
        => x.Rank >= 3 && x.Shape[1] == channels
            ? Watch(x.GroupNorm(channels, weight?.Value, bias?.Value, epsilon))
            : throw new ArgumentException($"InstanceNorm '{Path}' takes [N, {channels}, ...] with at least one axis more, got {x.Shape}.");
}

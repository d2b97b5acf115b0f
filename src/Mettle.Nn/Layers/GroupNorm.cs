namespace Mettle.Nn;

/// <summary>
/// Normalises groups of channels of [N, C, ...], each row on its own, then scales and shifts by channel. Wu and He, "Group
/// normalization" (2018). Keys: "weight", "bias" [channels].
/// </summary>
public sealed class GroupNorm : Module
{
    private readonly Parameter? weight;
    private readonly Parameter? bias;
    private readonly int groups;
    private readonly int channels;
    private readonly double epsilon;

    /// <summary>A layer for inputs [N, channels, ...].</summary>
    public GroupNorm(int groups, int channels, double epsilon = 1e-5, bool affine = true)
    {
        if (groups < 1 || channels < 1 || channels % groups != 0)
        {
            throw new ArgumentException($"{channels} channels do not divide into {groups} groups.");
        }

        (this.groups, this.channels, this.epsilon) = (groups, channels, epsilon);
        weight = affine ? Register("weight", [channels], Constant.One, ParameterRole.Scale) : null;
        bias = affine ? Register("bias", [channels], Constant.Zero, ParameterRole.Bias) : null;
    }

    internal override bool HoldsNothing => true;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
        => x.Rank >= 2 && x.Shape[1] == channels
            ? Watch(x.GroupNorm(groups, weight?.Value, bias?.Value, epsilon))
            : throw new ArgumentException($"GroupNorm '{Path}' takes [N, {channels}, ...], got {x.Shape}.");
}

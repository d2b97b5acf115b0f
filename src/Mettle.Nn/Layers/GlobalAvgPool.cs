namespace Mettle.Nn;

/// <summary>Mean over all spatial axes: [N, C, ...] to [N, C].</summary>
public sealed class GlobalAvgPool : Module
{
    internal override bool HoldsNothing => true;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => Watch(x.Rank == 4 ? x.GlobalAvgPool2d().Flatten(1) : x.Flatten(2).Mean(2));
}

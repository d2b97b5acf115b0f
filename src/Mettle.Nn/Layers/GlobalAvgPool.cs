namespace Mettle.Nn;

/// <summary>Mean over all spatial axes: [N, C, ...] to [N, C].</summary>
public sealed class GlobalAvgPool : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => Watch(x.Flatten(2).Mean(2));
}

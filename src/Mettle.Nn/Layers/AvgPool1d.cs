namespace Mettle.Nn;

/// <summary>Mean under each window of [N, C, L]; the stride is the kernel unless given.</summary>
public sealed class AvgPool1d(int kernel, int? stride = null, int padding = 0) : Module
{
    internal override bool HoldsNothing => true;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => Watch(x.AvgPool1d(kernel, stride, padding));
}

namespace Mettle.Nn;

/// <summary>Mean under each window of [N, C, H, W]; the stride is the kernel unless given.</summary>
public sealed class AvgPool2d(Pair kernel, Pair? stride = null, Pair? padding = null) : Module
{
    internal override bool HoldsNothing => true;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => Watch(x.AvgPool2d(kernel, stride, padding));
}

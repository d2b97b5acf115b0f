namespace Mettle.Nn;

/// <summary>Largest element under each window of [N, C, H, W]; the stride is the kernel unless given.</summary>
public sealed class MaxPool2d(Pair kernel, Pair? stride = null, Pair? padding = null, Pair? dilation = null) : Module
{
    internal override bool HoldsNothing => true;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => Watch(x.MaxPool2d(kernel, stride, padding, dilation));
}

namespace Mettle.Nn;

/// <summary>Largest element under each window of [N, C, L]; the stride is the kernel unless given.</summary>
public sealed class MaxPool1d(int kernel, int? stride = null, int padding = 0, int dilation = 1) : Module
{
    internal override bool HoldsNothing => true;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => Watch(x.MaxPool1d(kernel, stride, padding, dilation));
}

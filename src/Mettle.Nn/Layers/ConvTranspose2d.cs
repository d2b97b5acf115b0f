namespace Mettle.Nn;

/// <summary>
/// Transposed convolution of images [N, C, H, W]. Keys: "weight" [inputs, outputs / groups, kernel...], "bias" [outputs].
/// </summary>
public sealed class ConvTranspose2d : Module
{
    private readonly Parameter weight;
    private readonly Parameter? bias;
    private readonly Pair stride;
    private readonly Pair padding;
    private readonly Pair outputPadding;
    private readonly Pair dilation;
    private readonly int groups;

    /// <summary>A layer from <paramref name="inputs"/> to <paramref name="outputs"/> channels.</summary>
    public ConvTranspose2d(
        int inputs,
        int outputs,
        Pair kernel,
        Pair? stride = null,
        Pair? padding = null,
        Pair? outputPadding = null,
        int groups = 1,
        bool bias = true,
        Pair? dilation = null)
    {
        ConvLayers.CheckGroups(inputs, outputs, groups);
        (this.stride, this.padding, this.outputPadding, this.dilation, this.groups) = (stride ?? 1, padding ?? 0, outputPadding ?? 0, dilation ?? 1, groups);
        var rule = Uniform.ForFan((long)outputs / groups * kernel.Height * kernel.Width);
        weight = Register("weight", [inputs, outputs / groups, kernel.Height, kernel.Width], rule);
        this.bias = bias ? Register("bias", [outputs], rule, ParameterRole.Bias) : null;
    }

    internal override bool HoldsNothing => true;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
        => Watch(x.ConvTranspose2d(weight.Value, bias?.Value, stride, padding, outputPadding, groups, dilation));
}

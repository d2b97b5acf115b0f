namespace Mettle.Nn;

/// <summary>
/// Transposed convolution of sequences [N, C, L]. Keys: "weight" [inputs, outputs / groups, kernel], "bias" [outputs].
/// </summary>
public sealed class ConvTranspose1d : Module
{
    private readonly Parameter weight;
    private readonly Parameter? bias;
    private readonly int stride;
    private readonly int padding;
    private readonly int outputPadding;
    private readonly int dilation;
    private readonly int groups;

    /// <summary>A layer from <paramref name="inputs"/> to <paramref name="outputs"/> channels.</summary>
    public ConvTranspose1d(
        int inputs, int outputs, int kernel, int stride = 1, int padding = 0, int outputPadding = 0, int groups = 1, bool bias = true, int dilation = 1)
    {
        ConvLayers.CheckGroups(inputs, outputs, groups);
        (this.stride, this.padding, this.outputPadding, this.dilation, this.groups) = (stride, padding, outputPadding, dilation, groups);
        var rule = Uniform.ForFan((long)outputs / groups * kernel);
        weight = Register("weight", [inputs, outputs / groups, kernel], rule);
        this.bias = bias ? Register("bias", [outputs], rule, ParameterRole.Bias) : null;
    }

    internal override bool HoldsNothing => true;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
        => Watch(x.ConvTranspose1d(weight.Value, bias?.Value, stride, padding, outputPadding, groups, dilation));
}

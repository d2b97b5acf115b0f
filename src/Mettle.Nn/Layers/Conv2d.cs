namespace Mettle.Nn;

/// <summary>Convolution of images [N, C, H, W]. Keys: "weight" [outputs, inputs / groups, kernel...], "bias" [outputs].</summary>
public sealed class Conv2d : Module
{
    private readonly Parameter weight;
    private readonly Parameter? bias;
    private readonly Pair stride;
    private readonly Pair padding;
    private readonly Pair dilation;
    private readonly int groups;
    private readonly bool winograd;

    /// <summary>
    /// A layer from <paramref name="inputs"/> to <paramref name="outputs"/> channels; zeros are padded. With
    /// <paramref name="winograd"/> 3x3 kernels are faster and less exact, see <see cref="ConvolutionOp.Winograd"/>.
    /// </summary>
    public Conv2d(
        int inputs, int outputs, Pair kernel, Pair? stride = null, Pair? padding = null, Pair? dilation = null, int groups = 1, bool bias = true, bool winograd = false)
    {
        this.winograd = winograd;
        ConvLayers.CheckGroups(inputs, outputs, groups);
        (this.stride, this.padding, this.dilation, this.groups) = (stride ?? 1, padding ?? 0, dilation ?? 1, groups);
        var rule = Uniform.ForFan((long)inputs / groups * kernel.Height * kernel.Width);
        weight = Register("weight", [outputs, inputs / groups, kernel.Height, kernel.Width], rule);
        this.bias = bias ? Register("bias", [outputs], rule, ParameterRole.Bias) : null;
    }

    /// <summary>The filters.</summary>
    public Parameter Weight => weight;

    /// <summary>The bias per filter, if there is one.</summary>
    public Parameter? Bias => bias;

    internal override bool HoldsNothing => true;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => Watch(x.Conv2d(weight.Value, bias?.Value, stride, padding, dilation, groups, winograd));
}

namespace Mettle.Nn;

/// <summary>Convolution of sequences [N, C, L]. Keys: "weight" [outputs, inputs / groups, kernel], "bias" [outputs].</summary>
public sealed class Conv1d : Module
{
    private readonly Parameter weight;
    private readonly Parameter? bias;
    private readonly int stride;
    private readonly int padding;
    private readonly int dilation;
    private readonly int groups;

    /// <summary>A layer from <paramref name="inputs"/> to <paramref name="outputs"/> channels; zeros are padded.</summary>
    public Conv1d(int inputs, int outputs, int kernel, int stride = 1, int padding = 0, int dilation = 1, int groups = 1, bool bias = true)
    {
        ConvLayers.CheckGroups(inputs, outputs, groups);
        (this.stride, this.padding, this.dilation, this.groups) = (stride, padding, dilation, groups);
        var rule = Uniform.ForFan((long)inputs / groups * kernel);
        weight = Register("weight", [outputs, inputs / groups, kernel], rule);
        this.bias = bias ? Register("bias", [outputs], rule, ParameterRole.Bias) : null;
    }

    /// <summary>The filters.</summary>
    public Parameter Weight => weight;

    /// <summary>The bias per filter, if there is one.</summary>
    public Parameter? Bias => bias;

    internal override bool HoldsNothing => true;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => Watch(x.Conv1d(weight.Value, bias?.Value, stride, padding, dilation, groups));
}

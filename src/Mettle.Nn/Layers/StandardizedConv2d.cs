namespace Mettle.Nn;

/// <summary>
/// Convolution of images [N, C, H, W] by standardised filters: each has its mean taken off and its length brought to
/// <c>gain · scale</c>. Qiao, Wang, Liu, Shen and Yuille, "Weight standardization" (2019), with the scaling by inputs of Brock,
/// De and Smith, "Characterizing signal propagation to close the performance gap in unnormalized ResNets" (2021), equation 1:
/// signals keep their variance without a norm behind. Keys: "weight" [outputs, inputs / groups, kernel...], "gain", "bias" [outputs].
/// </summary>
public sealed class StandardizedConv2d : Module
{
    /// <summary>sqrt(2 / (1 - 1/pi)): brings the variance that a rectifier leaves of a standard normal back to 1.</summary>
    public const double RectifierGain = 1.7128585504496627;

    // As in the authors' networks: below it a filter counts as constant.
    private const double LeastSquare = 1e-4;
    private readonly Parameter weight;
    private readonly Parameter gain;
    private readonly Parameter? bias;
    private readonly Pair stride;
    private readonly Pair padding;
    private readonly Pair dilation;
    private readonly int groups;
    private readonly bool winograd;
    private readonly double scale;

    /// <summary>A layer as <see cref="Conv2d"/>.</summary>
    /// <param name="inputs">Channels of the input.</param>
    /// <param name="outputs">Filters.</param>
    /// <param name="kernel">Height and width of the filters.</param>
    /// <param name="stride">Steps of the filters.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <param name="dilation">Distance of a filter's points.</param>
    /// <param name="groups">Groups of channels.</param>
    /// <param name="bias">Whether a bias is added.</param>
    /// <param name="scale">What filters' outputs are multiplied by; <see cref="RectifierGain"/> where inputs come from a rectifier.</param>
    /// <param name="winograd">As for <see cref="Conv2d"/>.</param>
    public StandardizedConv2d(
        int inputs, int outputs, Pair kernel, Pair? stride = null, Pair? padding = null, Pair? dilation = null, int groups = 1, bool bias = true, double scale = 1, bool winograd = false)
    {
        ConvLayers.CheckGroups(inputs, outputs, groups);
        (this.stride, this.padding, this.dilation, this.groups, this.winograd, this.scale) = (stride ?? 1, padding ?? 0, dilation ?? 1, groups, winograd, scale);
        var rule = Uniform.ForFan((long)inputs / groups * kernel.Height * kernel.Width);
        weight = Register("weight", [outputs, inputs / groups, kernel.Height, kernel.Width], rule);
        gain = Register("gain", [outputs], Constant.One, ParameterRole.Scale);
        this.bias = bias ? Register("bias", [outputs], Constant.Zero, ParameterRole.Bias) : null;
    }

    internal override bool HoldsNothing => true;

    /// <summary>The filters that the convolution uses.</summary>
    public Tensor Filters()
    {
        var w = weight.Value;
        int[] axes = [1, 2, 3];
        Shape kept = [w.Shape[0], 1, 1, 1];
        var centred = w - w.Mean(axes).Reshape(kept);
        var squares = centred.Square().Sum(axes);
        var factor = gain.Value * scale / Tensor.Maximum(squares, Tensor.Scalar(LeastSquare, w.DType)).Sqrt();
        return centred * factor.Reshape(kept);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => Watch(x.Conv2d(Filters(), bias?.Value, stride, padding, dilation, groups, winograd));
}

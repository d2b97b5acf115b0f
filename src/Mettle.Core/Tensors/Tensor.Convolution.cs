namespace Mettle;

public sealed partial class Tensor
{
    /// <summary>Convolution of [N, C, L] with [K, C / groups, kernel], plus a bias [K] if given; PyTorch's conv1d.</summary>
    public Tensor Conv1d(Tensor weight, Tensor? bias = null, int stride = 1, int padding = 0, int dilation = 1, int groups = 1)
        => Convolve(new Conv([stride], [padding], [dilation], groups), weight, bias);

    /// <summary>
    /// Convolution of [N, C, H, W] with [K, C / groups, kernel...], plus a bias [K] if given; PyTorch's conv2d. With
    /// <paramref name="winograd"/> faster and less exact where the kernel is 3x3, see <see cref="ConvolutionOp.Winograd"/>.
    /// </summary>
    public Tensor Conv2d(Tensor weight, Tensor? bias = null, Pair? stride = null, Pair? padding = null, Pair? dilation = null, int groups = 1, bool winograd = false)
    {
        var (s, p, d) = (stride ?? 1, padding ?? 0, dilation ?? 1);
        return Convolve(new Conv([s.Height, s.Width], [p.Height, p.Width], [d.Height, d.Width], groups, winograd), weight, bias);
    }

    /// <summary>Transposed convolution of [N, C, L] with [C, K / groups, kernel]; PyTorch's conv_transpose1d.</summary>
    public Tensor ConvTranspose1d(Tensor weight, Tensor? bias = null, int stride = 1, int padding = 0, int outputPadding = 0, int groups = 1, int dilation = 1)
        => Transposed(weight, bias, [stride], [padding], [outputPadding], groups, [dilation]);

    /// <summary>Transposed convolution of [N, C, H, W] with [C, K / groups, kernel...]; PyTorch's conv_transpose2d.</summary>
    public Tensor ConvTranspose2d(Tensor weight, Tensor? bias = null, Pair? stride = null, Pair? padding = null, Pair? outputPadding = null, int groups = 1, Pair? dilation = null)
    {
        var (s, p, o, d) = (stride ?? 1, padding ?? 0, outputPadding ?? 0, dilation ?? 1);
        return Transposed(weight, bias, [s.Height, s.Width], [p.Height, p.Width], [o.Height, o.Width], groups, [d.Height, d.Width]);
    }

    private Tensor Convolve(Conv op, Tensor weight, Tensor? bias) => bias is null ? op.Apply(this, weight) : op.Apply(this, weight, bias);

    private Tensor Transposed(Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] outputPadding, int groups, int[] dilation)
    {
        int axes = stride.Length;
        if (Rank != axes + 2 || weight.Rank != axes + 2)
        {
            throw new ArgumentException($"conv_transpose: images {Spec} and weights {weight.Spec} must have {axes + 2} axes.");
        }

        var x = this;
        var size = new int[axes];
        for (int i = 0; i < axes; i++)
        {
            if (outputPadding[i] < 0 || outputPadding[i] >= Math.Max(stride[i], dilation[i]))
            {
                throw new ArgumentException($"conv_transpose: output padding {outputPadding[i]} must be at least 0 and below stride {stride[i]} or dilation {dilation[i]}.");
            }

            size[i] = ((Shape[i + 2] - 1) * stride[i]) - (2 * padding[i]) + (dilation[i] * (weight.Shape[i + 2] - 1)) + outputPadding[i] + 1;
            if (outputPadding[i] >= stride[i])
            {
                // A convolution of a result this long has more windows than there are inputs: those are zero.
                var starts = new int[Rank];
                var steps = new int[Rank];
                Array.Fill(steps, 1);
                x = new SliceBackward(x.Shape.With(i + 2, x.Shape[i + 2] + (outputPadding[i] / stride[i])), starts, steps).Apply(x);
            }
        }

        var y = new ConvInputGrad(size, stride, padding, dilation, groups).Apply(x, weight);
        return bias is null ? y : y + bias.Reshape(new Shape(axes == 1 ? [1, y.Shape[1], 1] : [1, y.Shape[1], 1, 1]));
    }
}

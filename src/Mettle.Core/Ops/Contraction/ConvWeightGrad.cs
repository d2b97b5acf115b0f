namespace Mettle;

/// <summary>
/// Gradient of <see cref="Conv"/> by its weights, from its images and the gradient of its result. The images are cut into a
/// number of chunks that depends on shapes only; each chunk is one chain of fused multiply-adds over images and pixels in
/// row-major order, and chunks are added in index order.
/// </summary>
public sealed class ConvWeightGrad : ConvolutionOp
{
    private readonly int[] kernel;

    /// <summary>The kernel's spatial size, and the attributes of the convolution.</summary>
    public ConvWeightGrad(ReadOnlySpan<int> kernel, ReadOnlySpan<int> stride, ReadOnlySpan<int> padding, ReadOnlySpan<int> dilation, int groups = 1)
        : base(stride, padding, dilation, groups) => this.kernel = kernel.ToArray();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("conv_weight_grad", typeof(ConvWeightGrad), Samples, Errors);

    /// <summary>Spatial size of the kernel.</summary>
    public IReadOnlyList<int> Kernel => kernel;

    /// <inheritdoc/>
    public override string Name => "conv_weight_grad";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [.. base.Attributes, new("kernel", kernel)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 2);
        var (x, g) = (inputs[0], inputs[1]);
        if (x.Shape.Rank != kernel.Length + 2 || g.Shape.Rank != x.Shape.Rank || x.DType != g.DType)
        {
            throw Bad($"images {x} and gradient {g} must have {kernel.Length + 2} axes and one type.");
        }

        TensorSpec w = new(new Shape([g.Shape[1], x.Shape[1] / Math.Max(1, Groups), .. kernel]), x.DType);
        var y = ResultShape(x, w);
        return y == g.Shape ? [w] : throw Bad($"images {x} and weights {w} give a result of shape {y}, not {g.Shape}.");
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(Flops(inputs[1].Shape, outputs[0].Shape), inputs, outputs);

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        if (grads[0] is not { } v)
        {
            return [null, null];
        }

        var (x, g) = (node.Inputs[0], node.Inputs[1]);
        return
        [
            node.Needs(0) ? new ConvInputGrad(x.Shape.Dims[2..], [.. Stride], [.. Padding], [.. Dilation], Groups).Apply(g, v) : null,
            node.Needs(1) ? new Conv([.. Stride], [.. Padding], [.. Dilation], Groups).Apply(x, v) : null,
        ];
    }

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
    {
        var x = FoldChannels(Batched(inputs[0], batched[0], size));
        var g = FoldChannels(Batched(inputs[1], batched[1], size));
        return [UnfoldImages(new ConvWeightGrad(kernel, [.. Stride], [.. Padding], [.. Dilation], size * Groups).Apply(x, g), size)];
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (x, g, w) = (inputs[0], inputs[1], outputs[0]);
        var geometry = Geometry(x.Shape, w.Shape, g.Shape);
        if (x.DType == DType.F32)
        {
            WeightGradient.Run<float>(geometry, x, g, w);
        }
        else
        {
            WeightGradient.Run<double>(geometry, x, g, w);
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("padded", new ConvWeightGrad([3, 3], [1, 1], [1, 1], [1, 1]), 2 * 2 * 5 * 4 * 6 * (3 * 9), new SampleInput([2, 3, 4, 6]), new SampleInput([2, 5, 4, 6])) { Tolerance = 1e-5 },
        new("strided", new ConvWeightGrad([3, 3], [2, 2], [1, 1], [1, 1]), 2 * 20 * 4 * 3 * 3 * (2 * 9), new SampleInput([20, 2, 6, 5]), new SampleInput([20, 4, 3, 3])) { Tolerance = 2e-5 },
        new("groups", new ConvWeightGrad([3, 3], [1, 1], [1, 1], [1, 1], 2), 2 * 6 * 4 * 4 * (2 * 9), new SampleInput([1, 4, 4, 4]), new SampleInput([1, 6, 4, 4])) { Tolerance = 1e-5 },
        new("depthwise", new ConvWeightGrad([3, 3], [1, 1], [1, 1], [1, 1], 3), 2 * 2 * 3 * 5 * 5 * 9, new SampleInput([2, 3, 5, 5]), new SampleInput([2, 3, 5, 5])) { Tolerance = 1e-5 },
        new("one axis", new ConvWeightGrad([3], [2], [2], [2]), 2 * 2 * 4 * 4 * (3 * 3), new SampleInput([2, 3, 7]), new SampleInput([2, 4, 4])) { Tolerance = 1e-5 },
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("size", () => new ConvWeightGrad([3], [1], [0], [1]).Apply(Tensor.Zeros([1, 3, 9]), Tensor.Zeros([1, 4, 3])), "conv_weight_grad: images f32[1, 3, 9] and weights f32[4, 3, 3] give a result of shape [1, 4, 7], not [1, 4, 3]"),
    ];
}

namespace Mettle;

/// <summary>
/// Transposed convolution: the gradient of <see cref="Conv"/> by its images, from that of its result and the weights. Each
/// element is one chain of fused multiply-adds over the result's pixels that saw it, in row-major order, and filters.
/// </summary>
public sealed class ConvInputGrad : ConvolutionOp
{
    private readonly int[] size;

    /// <summary>The images' spatial size, and the attributes of the convolution.</summary>
    public ConvInputGrad(ReadOnlySpan<int> size, ReadOnlySpan<int> stride, ReadOnlySpan<int> padding, ReadOnlySpan<int> dilation, int groups = 1, bool winograd = false)
        : base(stride, padding, dilation, groups, winograd) => this.size = size.ToArray();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("conv_input_grad", typeof(ConvInputGrad), Samples, Errors);

    /// <summary>Spatial size of the result.</summary>
    public IReadOnlyList<int> Size => size;

    /// <inheritdoc/>
    public override string Name => "conv_input_grad";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [.. base.Attributes, new("size", size)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 2);
        var (g, w) = (inputs[0], inputs[1]);
        if (g.Shape.Rank != size.Length + 2 || w.Shape.Rank != g.Shape.Rank)
        {
            throw Bad($"gradient {g} and weights {w} must have {size.Length + 2} axes.");
        }

        TensorSpec x = new(new Shape([g.Shape[0], w.Shape[1] * Groups, .. size]), g.DType);
        var y = ResultShape(x, w);
        return y == g.Shape ? [x] : throw Bad($"images {x} and weights {w} give a result of shape {y}, not {g.Shape}.");
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(Flops(inputs[0].Shape, inputs[1].Shape), inputs, outputs);

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        if (grads[0] is not { } u)
        {
            return [null, null];
        }

        var (g, w) = (node.Inputs[0], node.Inputs[1]);
        return
        [
            node.Needs(0) ? new Conv([.. Stride], [.. Padding], [.. Dilation], Groups, Winograd).Apply(u, w) : null,
            node.Needs(1) ? new ConvWeightGrad(w.Shape.Dims[2..], [.. Stride], [.. Padding], [.. Dilation], Groups).Apply(u, g) : null,
        ];
    }

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
    {
        var g = Batched(inputs[0], batched[0], size);
        if (!batched[1])
        {
            return [UnfoldImages(Apply(FoldImages(g), inputs[1]), size)];
        }

        var op = new ConvInputGrad(this.size, [.. Stride], [.. Padding], [.. Dilation], size * Groups);
        return [UnfoldChannels(op.Apply(FoldChannels(g), FoldImages(inputs[1])), size)];
    }

    /// <inheritdoc/>
    protected internal override Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs)
    {
        Tensor[] outputs = [ChannelRows.Allocate(specs[0])];
        Run(inputs, outputs);
        return outputs;
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (g, w, x) = (inputs[0], inputs[1], outputs[0]);
        var geometry = Geometry(x.Shape, w.Shape, g.Shape);
        if (x.DType == DType.F32)
        {
            Convolution.InputGradient<float>(geometry, g, w, x, Winograd);
        }
        else
        {
            Convolution.InputGradient<double>(geometry, g, w, x);
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("padded", new ConvInputGrad([4, 6], [1, 1], [1, 1], [1, 1]), 2 * 2 * 5 * 4 * 6 * (3 * 9), new SampleInput([2, 5, 4, 6]), new SampleInput([5, 3, 3, 3])) { Tolerance = 1e-5 },
        new("strided", new ConvInputGrad([6, 5], [2, 2], [1, 1], [1, 1]), 2 * 4 * 3 * 3 * (2 * 9), new SampleInput([1, 4, 3, 3]), new SampleInput([4, 2, 3, 3])) { Tolerance = 1e-5 },
        new("gaps", new ConvInputGrad([8, 7], [3, 3], [0, 0], [1, 1]), 2 * 2 * 3 * 2 * (2 * 4), new SampleInput([1, 2, 3, 2]), new SampleInput([2, 2, 2, 2])) { Tolerance = 1e-5 },
        new("groups", new ConvInputGrad([4, 4], [1, 1], [1, 1], [1, 1], 2), 2 * 6 * 4 * 4 * (2 * 9), new SampleInput([1, 6, 4, 4]), new SampleInput([6, 2, 3, 3])) { Tolerance = 1e-5 },
        new("dilated", new ConvInputGrad([7], [2], [2], [2]), 2 * 2 * 4 * 4 * (3 * 3), new SampleInput([2, 4, 4]), new SampleInput([4, 3, 3])) { Tolerance = 1e-5 },
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("size", () => new ConvInputGrad([9], [1], [0], [1]).Apply(Tensor.Zeros([1, 4, 3]), Tensor.Zeros([4, 3, 3])), "conv_input_grad: images f32[1, 3, 9] and weights f32[4, 3, 3] give a result of shape [1, 4, 7], not [1, 4, 3]"),
    ];
}

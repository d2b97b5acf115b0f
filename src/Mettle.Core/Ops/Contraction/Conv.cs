namespace Mettle;

/// <summary>
/// Convolution of images with filters, plus an optional bias per filter. Each result element starts at the bias (or 0) and
/// is one chain of fused multiply-adds over ascending (kernel row, kernel column, channel), padding left out; with
/// <see cref="ConvolutionOp.Winograd"/> the order is another.
/// </summary>
public sealed class Conv : ConvolutionOp
{
    /// <summary>One stride, padding and dilation per spatial axis.</summary>
    public Conv(ReadOnlySpan<int> stride, ReadOnlySpan<int> padding, ReadOnlySpan<int> dilation, int groups = 1, bool winograd = false)
        : base(stride, padding, dilation, groups, winograd)
    {
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("conv", typeof(Conv), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "conv";

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        if (inputs.Length != 3)
        {
            Expect(inputs, 2);
        }

        var shape = ResultShape(inputs[0], inputs[1]);
        return inputs.Length < 3 || inputs[2] == new TensorSpec([shape[1]], inputs[0].DType)
            ? [new(shape, inputs[0].DType)]
            : throw Bad($"the bias must be {new TensorSpec([shape[1]], inputs[0].DType)}, got {inputs[2]}.");
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(
            Flops(outputs[0].Shape, inputs[1].Shape) + (inputs.Length > 2 ? outputs[0].Shape.Count : 0), inputs, outputs);

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        var result = new Tensor?[node.Inputs.Count];
        if (grads[0] is not { } g)
        {
            return result;
        }

        var (x, w) = (node.Inputs[0], node.Inputs[1]);
        result[0] = node.Needs(0) ? new ConvInputGrad(x.Shape.Dims[2..], [.. Stride], [.. Padding], [.. Dilation], Groups, Winograd).Apply(g, w) : null;
        result[1] = node.Needs(1) ? new ConvWeightGrad(w.Shape.Dims[2..], [.. Stride], [.. Padding], [.. Dilation], Groups).Apply(x, g) : null;
        if (result.Length > 2 && node.Needs(2))
        {
            result[2] = g.Rank == 3 ? g.Sum(0, 2) : g.Sum(0, 2, 3);
        }

        return result;
    }

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
    {
        bool bias = inputs.Length > 2;
        if (batched[1])
        {
            var op = new Conv([.. Stride], [.. Padding], [.. Dilation], size * Groups);
            var x = FoldChannels(Batched(inputs[0], batched[0], size));
            var w = FoldImages(inputs[1]);
            var y = bias ? op.Apply(x, w, Batched(inputs[2], batched[2], size).Reshape(-1)) : op.Apply(x, w);
            return [UnfoldChannels(y, size)];
        }

        var images = FoldImages(Batched(inputs[0], batched[0], size));
        if (!bias)
        {
            return [UnfoldImages(Apply(images, inputs[1]), size)];
        }

        if (!batched[2])
        {
            return [UnfoldImages(Apply(images, inputs[1], inputs[2]), size)];
        }

        var result = UnfoldImages(Apply(images, inputs[1]), size);
        var dims = new int[result.Rank];
        Array.Fill(dims, 1);
        (dims[0], dims[2]) = (size, result.Shape[2]);
        return [result + inputs[2].Reshape(new Shape(dims))];
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
        var (x, w, y) = (inputs[0], inputs[1], outputs[0]);
        var bias = inputs.Length > 2 ? inputs[2] : null;
        var geometry = Geometry(x.Shape, w.Shape, y.Shape);
        if (x.DType == DType.F32)
        {
            Convolution.Forward<float>(geometry, x, w, bias, y, Winograd);
        }
        else
        {
            Convolution.Forward<double>(geometry, x, w, bias, y);
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("padded", new Conv([1, 1], [1, 1], [1, 1]), 2 * 2 * 5 * 4 * 6 * (3 * 3 * 3), new SampleInput([2, 3, 4, 6]), new SampleInput([5, 3, 3, 3])) { Tolerance = 1e-5 },
        new("bias", new Conv([1, 1], [0, 0], [1, 1]), (2 * 2 * 5 * 3 * 4 * (2 * 2 * 2)) + (2 * 5 * 3 * 4), new SampleInput([2, 2, 4, 5]), new SampleInput([5, 2, 2, 2]), new SampleInput([5])) { Tolerance = 1e-5 },
        new("uneven", new Conv([2, 1], [1, 0], [1, 2]), 2 * 4 * 3 * 3 * (2 * 3 * 2), new SampleInput([1, 2, 5, 5]), new SampleInput([4, 2, 3, 2])) { Tolerance = 1e-5 },
        new("groups", new Conv([1, 1], [1, 1], [1, 1], 2), 2 * 6 * 4 * 4 * (2 * 9), new SampleInput([1, 4, 4, 4]), new SampleInput([6, 2, 3, 3])) { Tolerance = 1e-5 },
        new("depthwise", new Conv([2, 2], [1, 1], [1, 1], 3), 2 * 2 * 3 * 3 * 3 * 9, new SampleInput([2, 3, 5, 5]), new SampleInput([3, 1, 3, 3])) { Tolerance = 1e-5 },
        new("one axis", new Conv([2], [2], [2]), 2 * 2 * 4 * 4 * (3 * 3), new SampleInput([2, 3, 7]), new SampleInput([4, 3, 3])) { Tolerance = 1e-5 },
        new("winograd", new Conv([1, 1], [1, 1], [1, 1], 1, winograd: true), 2 * 5 * 6 * 7 * (18 * 9), new SampleInput([1, 18, 6, 7]), new SampleInput([5, 18, 3, 3])) { Tolerance = 1e-4 },
        new("many channels", new Conv([1, 1], [1, 1], [1, 1]), 2 * 40 * 3 * 9 * (33 * 9), new SampleInput([1, 33, 3, 9]), new SampleInput([40, 33, 3, 3])) { Tolerance = 2e-5 },
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("channels", () => new Conv([1], [0], [1]).Apply(Tensor.Zeros([1, 2, 5]), Tensor.Zeros([4, 3, 3])), "conv: images f32[1, 2, 5] and weights f32[4, 3, 3] do not fit"),
        new("kernel", () => new Conv([1], [0], [2]).Apply(Tensor.Zeros([1, 3, 4]), Tensor.Zeros([4, 3, 3])), "conv: a kernel of 3 with dilation 2 does not fit into axis 2 of f32[1, 3, 4] with padding 0"),
        new("bias", () => new Conv([1], [0], [1]).Apply(Tensor.Zeros([1, 3, 4]), Tensor.Zeros([4, 3, 3]), Tensor.Zeros([3])), "conv: the bias must be f32[4], got f32[3]"),
        new("rank", () => new Conv([1, 1], [0, 0], [1, 1]).Apply(Tensor.Zeros([1, 3, 4]), Tensor.Zeros([4, 3, 3])), "conv: images f32[1, 3, 4] and weights f32[4, 3, 3] must have 4 axes and one type"),
    ];
}

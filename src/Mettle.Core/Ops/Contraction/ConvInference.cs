namespace Mettle;

/// <summary>
/// Evaluation form of <see cref="Conv"/> with what follows it: y = min(max(conv(x, w) + b + more, low), high). Inputs: images x
/// [N, C, ...], filters w, a bias b per filter, and optionally a tensor like the result to add. Padding may differ on the two sides of an axis.
/// The sums are those of <see cref="Conv"/>, where zeros in place of padding may change the sign of a zero. Filters are packed once and kept
/// as long as they are not written to.
/// </summary>
public sealed class ConvInference : FusedOp
{
    private readonly int[] stride;
    private readonly int[] before;
    private readonly int[] after;
    private readonly int[] dilation;
    private PreparedConvolution? kept;

    /// <summary>One stride, dilation and padding on either side per spatial axis; results are held between the bounds, NaN stays NaN.</summary>
    public ConvInference(
        ReadOnlySpan<int> stride, ReadOnlySpan<int> before, ReadOnlySpan<int> after, ReadOnlySpan<int> dilation, int groups = 1, double low = double.NegativeInfinity, double high = double.PositiveInfinity)
    {
        this.stride = stride.ToArray();
        this.before = before.ToArray();
        this.after = after.ToArray();
        this.dilation = dilation.ToArray();
        (Groups, Low, High) = (groups, low, high);
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("conv_inference", typeof(ConvInference), Samples, Errors);

    /// <summary>Step between windows, per spatial axis.</summary>
    public IReadOnlyList<int> Stride => stride;

    /// <summary>Zeros before the first element, per spatial axis.</summary>
    public IReadOnlyList<int> Before => before;

    /// <summary>Zeros after the last element, per spatial axis.</summary>
    public IReadOnlyList<int> After => after;

    /// <summary>Step between a window's taps, per spatial axis.</summary>
    public IReadOnlyList<int> Dilation => dilation;

    /// <summary>Number of channel groups that do not see one another.</summary>
    public int Groups { get; }

    /// <summary>Lower bound of the results; 0 for a rectifier.</summary>
    public double Low { get; }

    /// <summary>Upper bound of the results.</summary>
    public double High { get; }

    /// <inheritdoc/>
    public override string Name => "conv_inference";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes
        => [new("stride", stride), new("before", before), new("after", after), new("dilation", dilation), new("groups", Groups), new("low", Low), new("high", High)];

    private bool IsBounded => Low > double.NegativeInfinity || High < double.PositiveInfinity;

    /// <summary>The same with other bounds.</summary>
    public ConvInference Within(double low, double high) => new(stride, before, after, dilation, Groups, low, high);

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        if (inputs.Length is not (3 or 4))
        {
            throw Bad($"takes images, filters, a bias and optionally a tensor to add, got {inputs.Length} inputs.");
        }

        if (after.Length != stride.Length || before.Length != stride.Length || Array.Exists(after, p => p < 0) || !(Low <= High))
        {
            throw Bad($"needs padding of at least 0 on both sides of each spatial axis and bounds in order, got {this}.");
        }

        ExpectFloat(inputs[0]);
        var x = inputs[0].Shape;
        if (x.Rank != stride.Length + 2)
        {
            throw Bad($"images {inputs[0]} must have {stride.Length + 2} axes.");
        }

        // The convolution of images that hold the padding after them already.
        int[] dims = [.. x.Dims];
        for (int a = 0; a < stride.Length; a++)
        {
            dims[a + 2] = checked(dims[a + 2] + before[a] + after[a]);
        }

        var y = new Conv(stride, new int[stride.Length], dilation, Groups).Infer([inputs[0] with { Shape = new(dims) }, inputs[1], inputs[2]])[0];
        return inputs.Length == 3 || inputs[3] == y ? [y] : throw Bad($"what is added must be {y}, got {inputs[3]}.");
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
    {
        var w = inputs[1].Shape;
        long taps = w.Count == 0 ? 0 : w.Count / w[0];
        int perElement = 1 + (inputs.Length - 3) + (Low > double.NegativeInfinity ? 1 : 0) + (High < double.PositiveInfinity ? 1 : 0);
        return Mettle.Cost.Dense(outputs[0].Shape.Count * ((2 * taps) + perElement), inputs, outputs);
    }

    /// <inheritdoc/>
    public override Tensor[] Decompose(Tensor[] inputs)
    {
        var x = inputs[0];
        bool even = before.AsSpan().SequenceEqual(after);
        x = even ? x : x.Pad([0, 0, .. before], [0, 0, .. after]);
        var y = new Conv(stride, even ? before : new int[stride.Length], dilation, Groups).Apply(x, inputs[1], inputs[2]);
        y = inputs.Length > 3 ? y + inputs[3] : y;
        y = Low == 0 ? y.Relu() : Low > double.NegativeInfinity ? Tensor.Maximum(y, Tensor.Full(y.Shape, Low, y.DType)) : y;
        return [High < double.PositiveInfinity ? Tensor.Minimum(y, Tensor.Full(y.Shape, High, y.DType)) : y];
    }

    /// <summary>Results of few filters lie in row-major planes, others in rows of channels.</summary>
    protected internal override Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs)
    {
        Tensor[] outputs = [InPlanes(inputs[0], inputs[1], specs[0].Shape) ? Tensor.Allocate(specs[0].Shape, specs[0].DType) : ChannelRows.Allocate(specs[0])];
        Run(inputs, outputs);
        return outputs;
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs[0].Count == 0)
        {
            return;
        }

        if (inputs[0].DType == DType.F32)
        {
            Run<float>(inputs, outputs[0], (float)Low, (float)High);
        }
        else
        {
            Run<double>(inputs, outputs[0], Low, High);
        }
    }

    /// <inheritdoc/>
    protected override Tensor?[] FusedGradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        var result = new Tensor?[node.Inputs.Count];
        if (grads[0] is not { } g)
        {
            return result;
        }

        Tensor[] inputs = [.. node.Inputs];
        using var on = Autograd.Recording();
        return Autograd.Partial(Decompose(inputs)[0], inputs, g);
    }

    private void Run<T>(ReadOnlySpan<Tensor> inputs, Tensor y, T low, T high)
        where T : unmanaged
    {
        var (x, w, bias) = (inputs[0], inputs[1], inputs[2]);
        var prepared = kept;
        bool keep = true;
        if (prepared is null || !prepared.Fits(x, w, bias, y))
        {
            // Only what outlives steps is worth keeping.
            keep = w.Storage is { Scope: null, Workspace: null } && bias.Storage is { Scope: null, Workspace: null };
            prepared = Prepare(x, w, bias, y, low, high);
            kept = keep ? prepared : null;
        }

        prepared.Run(x, inputs.Length > 3 ? inputs[3] : null, y);
        if (!keep)
        {
            prepared.Release();
        }

        GC.KeepAlive(prepared);
    }

    private PreparedConvolution Prepare<T>(Tensor x, Tensor w, Tensor bias, Tensor y, T low, T high)
        where T : unmanaged
    {
        var geometry = Geometry(x, w, y.Shape);
        var end = new ConvEnd<T> { Bounded = IsBounded, Low = low, High = high };
        return Depthwise.Does(geometry) ? new DepthwiseConvolution<T>(geometry, x, w, bias, end, y)
            : PlaneConvolution<T>.Does(geometry, x, w) ? new PlaneConvolution<T>(geometry, x, w, bias, end, y)
            : new TiledConvolution<T>(geometry, x, w, bias, end, y);
    }

    private ConvGeometry Geometry(Tensor x, Tensor w, Shape y) => new(x.Shape, w.Shape, y, stride, before, dilation, Groups);

    private bool InPlanes(Tensor x, Tensor w, Shape y)
    {
        if (y.Count == 0)
        {
            return false;
        }

        var geometry = Geometry(x, w, y);
        return x.DType == DType.F32 ? PlaneConvolution<float>.Does(geometry, x, w) : PlaneConvolution<double>.Does(geometry, x, w);
    }

    private static ConvInference Padded(int padding, int groups = 1, double low = double.NegativeInfinity, double high = double.PositiveInfinity)
        => new([1, 1], [padding, padding], [padding, padding], [1, 1], groups, low, high);

    private static IEnumerable<OpSample> Samples() =>
    [
        new("plain", Padded(0), 5 * 2 * 4 * ((2 * 3 * 9) + 1), new SampleInput([1, 3, 4, 6]), new SampleInput([5, 3, 3, 3]), new SampleInput([5])) { Tolerance = 1e-5 },
        new("padded", Padded(1), 2 * 5 * 4 * 6 * ((2 * 3 * 9) + 1), new SampleInput([2, 3, 4, 6]), new SampleInput([5, 3, 3, 3]), new SampleInput([5])) { Tolerance = 1e-5 },
        new("rectified", Padded(1, low: 0), 2 * 35 * 4 * 6 * ((2 * 3 * 9) + 2), new SampleInput([2, 3, 4, 6], Fill.Positive), new SampleInput([35, 3, 3, 3], Fill.Positive), new SampleInput([35])) { Tolerance = 1e-5 },
        new("bounded", Padded(0, low: -40, high: 60), 6 * 5 * ((2 * 9) + 3), new SampleInput([1, 9, 2, 3]), new SampleInput([5, 9, 1, 1]), new SampleInput([5])) { Tolerance = 1e-5 },
        new("sum", Padded(1), 2 * 33 * 12 * ((2 * 4 * 9) + 2), new SampleInput([2, 4, 4, 3]), new SampleInput([33, 4, 3, 3]), new SampleInput([33]), new SampleInput([2, 33, 4, 3])) { Tolerance = 1e-5 },
        new("uneven", new ConvInference([2, 1], [0, 1], [1, 2], [1, 1]), 4 * 3 * 6 * ((2 * 2 * 6) + 1), new SampleInput([1, 2, 6, 5]), new SampleInput([4, 2, 2, 3]), new SampleInput([4])) { Tolerance = 1e-5 },
        new("groups", Padded(1, groups: 2), 6 * 4 * 4 * ((2 * 2 * 9) + 1), new SampleInput([1, 4, 4, 4]), new SampleInput([6, 2, 3, 3]), new SampleInput([6])) { Tolerance = 1e-5 },
        new("depthwise", Padded(1, groups: 19, low: -1000, high: 1000), 2 * 19 * 5 * 9 * ((2 * 9) + 3), new SampleInput([2, 19, 5, 9]), new SampleInput([19, 1, 3, 3]), new SampleInput([19])) { Tolerance = 1e-5 },
        new("depthwise sum", Padded(1, groups: 5), 5 * 5 * 9 * ((2 * 9) + 2), new SampleInput([1, 5, 5, 9]), new SampleInput([5, 1, 3, 3]), new SampleInput([5]), new SampleInput([1, 5, 5, 9])) { Tolerance = 1e-5 },
        new("one axis", new ConvInference([2], [2], [1], [2]), 2 * 4 * 3 * ((2 * 3 * 3) + 1), new SampleInput([2, 3, 7]), new SampleInput([4, 3, 3]), new SampleInput([4])) { Tolerance = 1e-5 },
        new("long kernel", new ConvInference([5], [0], [0], [1]), 21 * 3 * ((2 * 70) + 1), new SampleInput([1, 1, 81]), new SampleInput([21, 1, 70]), new SampleInput([21])) { Tolerance = 1e-5 },
        new("few filters", new ConvInference([1, 2], [2, 1], [1, 2], [2, 1], low: -4), 2 * 7 * 7 * 21 * ((2 * 3 * 9) + 2), new SampleInput([2, 3, 8, 40]), new SampleInput([7, 3, 3, 3]), new SampleInput([7])) { Tolerance = 1e-5 },
        new("one filter", new ConvInference([1, 1], [1, 19], [1, 19], [1, 1]), 3 * 67 * ((2 * 2 * 117) + 1), new SampleInput([1, 2, 3, 67]), new SampleInput([1, 2, 3, 39]), new SampleInput([1])) { Tolerance = 1e-5 },
        new("few filters and sum", Padded(1, high: 3), 12 * 3 * 213 * ((2 * 9) + 3), new SampleInput([1, 1, 3, 213]), new SampleInput([12, 1, 3, 3]), new SampleInput([12]), new SampleInput([1, 12, 3, 213])) { Tolerance = 1e-5 },
        new("one axis of steps", new ConvInference([3], [4], [0], [2]), 3 * 20 * ((2 * 2 * 5) + 1), new SampleInput([1, 2, 62]), new SampleInput([3, 2, 5]), new SampleInput([3])) { Tolerance = 1e-5 },
        new("no images", Padded(1), 0, new SampleInput([0, 3, 4, 6]), new SampleInput([5, 3, 3, 3]), new SampleInput([5])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("inputs", () => Padded(1).Apply(Tensor.Zeros([1, 2, 5, 5]), Tensor.Zeros([4, 2, 3, 3])), "conv_inference: takes images, filters, a bias and optionally a tensor to add, got 2 inputs"),
        new("padding", () => new ConvInference([1], [1], [-1], [1]).Apply(Tensor.Zeros([1, 2, 5]), Tensor.Zeros([4, 2, 3]), Tensor.Zeros([4])), "conv_inference: needs padding of at least 0 on both sides"),
        new("sum", () => Padded(1).ApplyAll(Tensor.Zeros([1, 2, 5, 5]), Tensor.Zeros([4, 2, 3, 3]), Tensor.Zeros([4]), Tensor.Zeros([4])), "conv_inference: what is added must be f32[1, 4, 5, 5], got f32[4]"),
        new("rank", () => Padded(1).Apply(Tensor.Zeros([1, 2, 5]), Tensor.Zeros([4, 2, 3, 3]), Tensor.Zeros([4])), "conv_inference: images f32[1, 2, 5] must have 4 axes"),
    ];
}

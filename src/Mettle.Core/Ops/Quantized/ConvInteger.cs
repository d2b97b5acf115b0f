namespace Mettle;

/// <summary>
/// Convolution of 8-bit integers as i32 (ONNX ConvInteger): images [N, C, ...] and weights [K, C / groups, kernel...], u8 or
/// i8 each, with a zero point [] for the images and [K] for the weights. What lies outside an image counts as its zero point.
/// </summary>
/// <remarks>
/// Exact modulo 2^32, so exact as long as the sum fits: surely up to 33025 taps times channels of a filter. Weights are
/// packed on each call; for weights that stay, <see cref="QuantizedConv"/> packs them once.
/// </remarks>
public sealed class ConvInteger : QuantizedOp
{
    private readonly int[] stride;
    private readonly int[] padding;
    private readonly int[] dilation;

    /// <summary>
    /// One stride and dilation per spatial axis, one or two of them; padding of one number per axis, for both sides, or all
    /// begins and then all ends.
    /// </summary>
    public ConvInteger(ReadOnlySpan<int> stride, ReadOnlySpan<int> padding, ReadOnlySpan<int> dilation, int groups = 1)
    {
        (this.stride, this.padding, this.dilation) = (stride.ToArray(), padding.ToArray(), dilation.ToArray());
        Groups = groups;
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("conv_integer", typeof(ConvInteger), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "conv_integer";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("stride", stride), new("padding", padding), new("dilation", dilation), new("groups", Groups)];

    /// <summary>Step between windows, per spatial axis.</summary>
    public IReadOnlyList<int> Stride => stride;

    /// <summary>Padding as given: per spatial axis, or begins and ends.</summary>
    public IReadOnlyList<int> Padding => padding;

    /// <summary>Step between a window's taps, per spatial axis.</summary>
    public IReadOnlyList<int> Dilation => dilation;

    /// <summary>Number of channel groups that do not see one another.</summary>
    public int Groups { get; }

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 4);
        var shape = Filters(inputs[1]).Result(inputs[0]);
        TensorSpec xZero = new([], inputs[0].DType), wZero = new([shape[1]], inputs[1].DType);
        return inputs[2] == xZero && inputs[3] == wZero
            ? [new(shape, DType.I32)]
            : throw Bad($"the zero points must be {xZero} and {wZero}, got {inputs[2]} and {inputs[3]}.");
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(Filters(inputs[1]).Operations(outputs[0].Shape), inputs, outputs);

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
    {
        if (batched[1] || batched[2] || batched[3])
        {
            return PerSlice(inputs, batched, size);
        }

        var x = inputs[0];
        var y = ApplyAll(x.Reshape(new Shape([size * x.Shape[1], .. x.Shape.Dims[2..]])), inputs[1], inputs[2], inputs[3])[0];
        return [y.Reshape(new Shape([size, x.Shape[1], .. y.Shape.Dims[1..]]))];
    }

    /// <inheritdoc/>
    protected internal override Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs)
    {
        Tensor[] outputs = [ChannelRows.Allocate(specs[0])];
        Run(inputs, outputs);
        return outputs;
    }

    /// <inheritdoc/>
    protected override unsafe void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (x, w, xZero, wZero, y) = (inputs[0], inputs[1], inputs[2], inputs[3], outputs[0]);
        if (y.Count == 0)
        {
            return;
        }

        var filters = Filters(w.Spec);
        var source = QuantizedConv.Source(filters.Rows(w), wZero, filters);
        bool shifted = source.Shifted(filters.Groups, filters.Out);
        void* memory = Memory.Allocate(Int8Weights.Of(null, filters, shifted).Bytes, out long bytes);
        Int8Path.Run(new Call
        {
            Geometry = new(filters, x.Shape, y.Shape),
            X = x,
            Y = y,
            Zero = new() { Data = xZero.Pointer, Flip = Flip(x.DType) },
            Source = source,
            Weights = Int8Weights.Of((byte*)memory, filters, shifted),
        });
        Memory.Return(memory, bytes);
    }

    private Int8Filters Filters(TensorSpec weight) => new(Name, weight, stride, padding, dilation, Groups);

    private static IEnumerable<OpSample> Samples()
    {
        static OpSample Sample(string title, ConvInteger op, long flops, int[] x, int[] w, Fill images = Fill.U8, Fill weights = Fill.I8)
            => new(title, op, flops, new(new Shape(x), images), new(new Shape(w), weights), new([], images), new([w[0]], weights)) { Differentiable = [] };
        return
        [
            Sample("padded", new([1, 1], [1, 1], [1, 1]), 2 * 2 * 5 * 4 * 6 * (3 * 3 * 3), [2, 3, 4, 6], [5, 3, 3, 3]),
            Sample("uneven", new([2, 1], [1, 0, 0, 2], [1, 2], 1), 2 * 4 * 2 * 5 * (2 * 3 * 2), [1, 2, 5, 5], [4, 2, 3, 2], Fill.I8),
            Sample("groups", new([1, 1], [1, 1], [1, 1], 2), 2 * 6 * 4 * 4 * (2 * 9), [1, 4, 4, 4], [6, 2, 3, 3], weights: Fill.U8),
            Sample("depthwise", new([2, 2], [1, 1], [1, 1], 3), 2 * 2 * 3 * 3 * 3 * 9, [2, 3, 5, 5], [3, 1, 3, 3]),
            Sample("one axis", new([2], [2], [2]), 2 * 2 * 4 * 4 * (3 * 3), [2, 3, 7], [4, 3, 3], Fill.I8, Fill.U8),
            Sample("many channels", new([1, 1], [1, 1], [1, 1]), 2 * 40 * 3 * 9 * (36 * 9), [1, 36, 3, 9], [40, 36, 3, 3]),
            Sample("no images", new([1], [0], [1]), 0, [0, 3, 5], [4, 3, 3]),
        ];
    }

    private static IEnumerable<OpError> Errors() =>
    [
        new("channels", () => Tensor.Zeros([1, 2, 5], DType.U8).ConvInteger(Tensor.Zeros([4, 3, 3], DType.I8)), "conv_integer: images u8[1, 2, 5] must be u8 or i8 with 3 axes and 3 channels"),
        new("kernel", () => new ConvInteger([1], [0], [2]).ApplyAll(Tensor.Zeros([1, 3, 4], DType.U8), Tensor.Zeros([4, 3, 3], DType.I8), Tensor.Zeros([], DType.U8), Tensor.Zeros([4], DType.I8)), "conv_integer: a kernel of 3 with dilation 2 does not fit into axis 2 of u8[1, 3, 4] with padding 0 and 0"),
        new("weights", () => Tensor.Zeros([1, 3, 5], DType.U8).ConvInteger(Tensor.Zeros([4, 3, 3])), "conv_integer: weights f32[4, 3, 3] must be u8 or i8"),
        new("zero point", () => Tensor.Zeros([1, 3, 5], DType.U8).ConvInteger(Tensor.Zeros([4, 3, 3], DType.I8), Tensor.Zeros([], DType.I8)), "conv_integer: the zero points must be u8[] and i8[4], got i8[] and i8[4]"),
        new("padding", () => new ConvInteger([1], [-1], [1]).ApplyAll(Tensor.Zeros([1, 3, 4], DType.U8), Tensor.Zeros([4, 3, 3], DType.I8), Tensor.Zeros([], DType.U8), Tensor.Zeros([4], DType.I8)), "conv_integer: needs a stride and dilation of at least 1"),
    ];

    private struct Call : IInt8Call
    {
        public Int8Geometry Geometry;
        public Tensor X;
        public Tensor Y;
        public Int8Zero Zero;
        public Int8Source Source;
        public Int8Weights Weights;

        public readonly void Run<TTile>()
            where TTile : struct, IInt8Tile
        {
            Weights.Pack<TTile>(Source);
            Weights.Convolve<TTile>(Geometry, X, Zero, new Int8Result { Type = DType.I32 }, Y);
        }
    }
}

namespace Mettle;

/// <summary>
/// Convolution of 8-bit images [N, C, ...] with filters [K, C / groups, kernel...] that were packed when the op was made;
/// inputs and results as QuantizedProduct lists them. What lies outside an image counts as its zero point. For inference
/// only.
/// </summary>
public sealed unsafe class QuantizedConv : QuantizedProduct
{
    private readonly Int8Filters filters;
    private readonly bool shifted;

    /// <summary>
    /// Packs filters (u8 or i8) with scales and zero points [] or [K]; no zero point means 0. One stride and dilation per
    /// spatial axis, one or two of them; padding of one number per axis, for both sides, or all begins and then all ends.
    /// </summary>
    public QuantizedConv(
        Tensor weight, Tensor scale, Tensor? zero, ReadOnlySpan<int> stride, ReadOnlySpan<int> padding, ReadOnlySpan<int> dilation, int groups = 1)
        : base("quantized_conv", weight, scale, zero)
    {
        filters = new("quantized_conv", weight.Spec, stride, padding, dilation, groups);
        using var scope = MemoryScope.Begin("quantized_conv");
        var zeros = Tensor.FromBytes(ZeroBytes, [weight.Shape[0]], weight.DType);
        var source = Source(filters.Rows(weight), zeros, filters);
        shifted = source.Shifted(filters.Groups, filters.Out);
        Reserve(Int8Weights.Of(null, filters, shifted).Bytes);
        Int8Path.Run(new PackCall { Source = source, Weights = Weights });
        GC.KeepAlive(weight);
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("quantized_conv", typeof(QuantizedConv), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "quantized_conv";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [.. base.Attributes, new("stride", Stride), new("padding", Padding), new("dilation", Dilation), new("groups", Groups)];

    /// <summary>Step between windows, per spatial axis.</summary>
    public IReadOnlyList<int> Stride => filters.Stride;

    /// <summary>Padding: begins of all spatial axes, then ends.</summary>
    public IReadOnlyList<int> Padding => filters.Padding;

    /// <summary>Step between a window's taps, per spatial axis.</summary>
    public IReadOnlyList<int> Dilation => filters.Dilation;

    /// <summary>Number of channel groups that do not see one another.</summary>
    public int Groups => filters.Groups;

    private Int8Weights Weights => Int8Weights.Of(Packed, filters, shifted);

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(filters.Operations(outputs[0].Shape), inputs, outputs);

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
    {
        if (batched[1..].Contains(true))
        {
            return PerSlice(inputs, batched, size);
        }

        var all = inputs.ToArray();
        var shape = all[0].Shape;
        all[0] = all[0].Reshape(new Shape([size * shape[1], .. shape.Dims[2..]]));
        var y = ApplyAll(all)[0];
        return [y.Reshape(new Shape([size, shape[1], .. y.Shape.Dims[1..]]))];
    }

    /// <summary>Filters that lie as (filter, kernel row, kernel column, channel), with a zero point each.</summary>
    internal static Int8Source Source(Tensor rows, Tensor zeros, Int8Filters filters)
    {
        nint filter = (nint)filters.Taps * filters.In;
        return new()
        {
            Data = rows.Pointer,
            Group = filters.Out * filter,
            Depth = 1,
            Column = filter,
            Flip = FlipWeights(zeros.DType),
            Zeros = zeros.Pointer,
            ZeroGroup = (nint)filters.Out * zeros.Strides[0],
            ZeroColumn = zeros.Strides[0],
        };
    }

    /// <inheritdoc/>
    protected internal override Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs)
    {
        Tensor[] outputs = [ChannelRows.Allocate(specs[0])];
        Run(inputs, outputs);
        return outputs;
    }

    /// <inheritdoc/>
    private protected override Shape ResultShape(TensorSpec x) => filters.Result(x);

    /// <inheritdoc/>
    private protected override IEnumerable<byte> Unpacked()
    {
        for (int n = 0; n < WeightShape[0]; n++)
        {
            for (int c = 0; c < filters.In; c++)
            {
                for (int t = 0; t < filters.Taps; t++)
                {
                    yield return Element(n, (t * filters.In) + c);
                }
            }
        }
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (x, y) = (inputs[0], outputs[0]);
        if (y.Count == 0)
        {
            return;
        }

        void* tables = Tables(inputs, filters.Depthwise ? 1 : filters.Groups, out var result, out long bytes);
        Int8Path.Run(new Call { Weights = Weights, Geometry = new(filters, x.Shape, y.Shape), X = x, Y = y, Zero = ActivationZero(inputs), Result = result });
        Memory.Return(tables, bytes);
        GC.KeepAlive(this);
    }

    private byte Element(int filter, int k)
    {
        // Depthwise weights are packed without their zero point.
        var weights = Weights;
        int group = filter / filters.Out;
        return weights.Depthwise
            ? (byte)(weights.At(group, k, 0) + WeightZeros[filter])
            : Byte(weights.At(group, k, filter % filters.Out));
    }

    private static IEnumerable<OpSample> Samples()
    {
        using var scope = MemoryScope.Begin("samples");
        QuantizedConv padded = new(SampleWeights([5, 3, 3, 3], DType.I8), SampleScales(5), null, [1, 1], [1, 1], [1, 1]),
            asymmetric = new(SampleWeights([4, 2, 3, 2], DType.U8), SampleScales(4), SampleWeights([4], DType.U8), [2, 1], [1, 0, 0, 2], [1, 2]),
            groups = new(SampleWeights([6, 4, 3, 3], DType.I8), SampleScales(6), SampleWeights([6], DType.I8), [1, 1], [1, 1], [1, 1], 2),
            depthwise = new(SampleWeights([19, 1, 3, 3], DType.I8), SampleScales(19), SampleWeights([19], DType.I8), [2, 2], [1, 1], [1, 1], 19),
            line = new(SampleWeights([4, 3, 3], DType.U8), SampleScales(4), null, [2], [2], [2]),
            pointwise = new(SampleWeights([40, 36, 1, 1], DType.I8), SampleScales(40), null, [1, 1], [0, 0], [1, 1]);
        SampleInput scale = new([], Fill.Step), coarse = new([], Fill.Coarse), u8 = new([], Fill.U8), i8 = new([], Fill.I8);
        return
        [
            new("sums", padded, 2 * 2 * 5 * 4 * 6 * 27, new SampleInput([2, 3, 4, 6], Fill.U8), u8) { Differentiable = [] },
            new("f32", asymmetric, 2 * 4 * 2 * 5 * 12, new SampleInput([1, 2, 5, 5], Fill.I8), scale, i8) { Differentiable = [] },
            new("f32 with bias", groups, 2 * 6 * 4 * 4 * 36, new SampleInput([1, 8, 4, 4], Fill.U8), scale, u8, new SampleInput([6], Fill.Single)) { Differentiable = [] },
            new("u8", depthwise, 2 * 2 * 19 * 3 * 3 * 9, new SampleInput([2, 19, 5, 5], Fill.U8), scale, u8, coarse, u8) { Differentiable = [] },
            new("i8 with bias", line, 2 * 2 * 4 * 4 * 9, new SampleInput([2, 3, 7], Fill.U8), scale, u8, coarse, i8, new SampleInput([4], Fill.I32)) { Differentiable = [] },
            new("pointwise", pointwise, 2 * 2 * 40 * 35 * 36, new SampleInput([2, 36, 5, 7], Fill.U8), scale, u8, coarse, u8) { Differentiable = [] },
            new("rectified", padded.Rectified(), 2 * 2 * 5 * 4 * 6 * 27, new SampleInput([2, 3, 4, 6], Fill.U8), scale, u8, coarse, i8) { Differentiable = [] },
            new("rectified f32", depthwise.Rectified(), 2 * 2 * 19 * 3 * 3 * 9, new SampleInput([2, 19, 5, 5], Fill.U8), scale, u8, new SampleInput([19], Fill.Single)) { Differentiable = [] },
            new("no images", padded, 0, new SampleInput([0, 3, 4, 6], Fill.U8), u8) { Differentiable = [] },
        ];
    }

    private static IEnumerable<OpError> Errors() =>
    [
        new("channels", () => new QuantizedConv(Tensor.Zeros([4, 3, 3], DType.I8), Tensor.Ones([]), null, [1], [0], [1]).Apply(Tensor.Zeros([1, 2, 5], DType.U8), Tensor.Zeros([], DType.U8)), "quantized_conv: images u8[1, 2, 5] must be u8 or i8 with 3 axes and 3 channels"),
        new("groups", () => new QuantizedConv(Tensor.Zeros([4, 3, 3], DType.I8), Tensor.Ones([]), null, [1], [0], [1], 3), "quantized_conv: weights i8[4, 3, 3] must be u8 or i8 with 3 axes, and their filters divide into 3 groups"),
        new("scales", () => new QuantizedConv(Tensor.Zeros([4, 3, 3], DType.I8), Tensor.Ones([3]), null, [1], [0], [1]), "one for all or one per result channel; got i8[4, 3, 3], f32[3] and none"),
        new("result's zero point", () => new QuantizedConv(Tensor.Zeros([4, 3, 3], DType.I8), Tensor.Ones([]), null, [1], [0], [1]).ApplyAll(Tensor.Zeros([1, 3, 5], DType.U8), Tensor.Ones([]), Tensor.Zeros([], DType.U8), Tensor.Ones([]), Tensor.Zeros([], DType.I32)), "quantized_conv: the result's zero point must be u8[], got i32[]"),
    ];

    private struct PackCall : IInt8Call
    {
        public Int8Source Source;
        public Int8Weights Weights;

        public readonly void Run<TTile>()
            where TTile : struct, IInt8Tile
            => Weights.Pack<TTile>(Source);
    }

    private struct Call : IInt8Call
    {
        public Int8Weights Weights;
        public Int8Geometry Geometry;
        public Tensor X;
        public Tensor Y;
        public Int8Zero Zero;
        public Int8Result Result;

        public readonly void Run<TTile>()
            where TTile : struct, IInt8Tile
            => Weights.Convolve<TTile>(Geometry, X, Zero, Result, Y);
    }
}

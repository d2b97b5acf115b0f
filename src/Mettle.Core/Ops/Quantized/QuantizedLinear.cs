namespace Mettle;

/// <summary>
/// x w^T of 8-bit activations [..., K] and weights [N, K] that were packed when the op was made; inputs and results as
/// QuantizedProduct lists them. For inference only.
/// </summary>
public sealed unsafe class QuantizedLinear : QuantizedProduct
{
    private readonly bool shifted;

    /// <summary>
    /// Packs weights [N, K] (u8 or i8; ONNX's [K, N] transposed) with scales and zero points [] or [N]; no zero point means 0.
    /// </summary>
    public QuantizedLinear(Tensor weight, Tensor scale, Tensor? zero = null)
        : base("quantized_linear", weight, scale, zero)
    {
        if (weight.Rank != 2)
        {
            throw Bad($"needs weights [N, K], got {weight.Spec}.");
        }

        fixed (byte* zeros = ZeroBytes)
        {
            var source = new Int8Source { Data = weight.Pointer, Depth = weight.Strides[1], Column = weight.Strides[0], Flip = FlipWeights(weight.DType), Zeros = zeros, ZeroColumn = 1 };
            shifted = source.Shifted(1, weight.Shape[0]);
            Reserve(Panels(null).Bytes);
            Int8Path.Run(new PackCall { Source = source, Panels = Panels(Packed) });
        }

        GC.KeepAlive(weight);
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("quantized_linear", typeof(QuantizedLinear), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "quantized_linear";

    internal override bool WantsRows(int input, Shape shape) => input == 0 && shape.Rank != 2;

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(2 * outputs[0].Shape.Count * WeightShape[1], inputs, outputs);

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
        => batched[1..].Contains(true) ? PerSlice(inputs, batched, size) : ApplyAll(inputs.ToArray());

    /// <inheritdoc/>
    private protected override Shape ResultShape(TensorSpec x)
        => x.Shape.Rank > 0 && IsByte(x.DType) && x.Shape[^1] == WeightShape[1]
            ? x.Shape.With(x.Shape.Rank - 1, WeightShape[0])
            : throw Bad($"needs u8 or i8 activations [..., {WeightShape[1]}] for weights {WeightShape}, got {x}.");

    /// <inheritdoc/>
    private protected override IEnumerable<byte> Unpacked()
    {
        for (int n = 0; n < WeightShape[0]; n++)
        {
            for (int k = 0; k < WeightShape[1]; k++)
            {
                yield return Element(k, n);
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

        int k = WeightShape[1];
        bool matrix = x.Rank == 2;
        x = matrix ? x : x.RowMajor();
        void* tables = Tables(inputs, 1, out var result, out long bytes);
        Int8Path.Run(new Call
        {
            A = new()
            {
                Data = x.Pointer,
                Batch = 1,
                RowStep = matrix ? x.Strides[0] : k,
                Step = matrix ? x.Strides[1] : 1,
                Zero = ActivationZero(inputs),
            },
            M = checked((int)(y.Count / WeightShape[0])),
            Panels = Panels(Packed),
            Result = result,
            Y = y.Pointer,
        });
        Memory.Return(tables, bytes);
        GC.KeepAlive(this);
    }

    private byte Element(int k, int n) => Byte(Panels(Packed).At(k, n));

    private Int8Panels Panels(byte* memory) => new(memory, WeightShape[0], 1, WeightShape[1], shifted);

    private static IEnumerable<OpSample> Samples()
    {
        using var scope = MemoryScope.Begin("samples");
        var signed = SampleWeights([37, 41], DType.I8);
        var unsigned = SampleWeights([16, 64], DType.U8);
        QuantizedLinear perChannel = new(signed, SampleScales(37)), asymmetric = new(unsigned, SampleScales(16), SampleWeights([16], DType.U8));
        var rectified = perChannel.Rectified();
        SampleInput scale = new([], Fill.Step), u8 = new([], Fill.U8), i8 = new([], Fill.I8);
        return
        [
            new("sums", perChannel, 2 * 55 * 37 * 41, new SampleInput([55, 41], Fill.U8), u8) { Differentiable = [] },
            new("f32", perChannel, 2 * 6 * 37 * 41, new SampleInput([2, 3, 41], Fill.I8), scale, i8) { Differentiable = [] },
            new("f32 with bias", asymmetric, 2 * 7 * 16 * 64, new SampleInput([7, 64], Fill.U8), scale, u8, new SampleInput([16], Fill.Single)) { Differentiable = [] },
            new("u8", asymmetric, 2 * 16 * 64, new SampleInput([64], Fill.I8), scale, i8, new SampleInput([], Fill.Coarse), u8) { Differentiable = [] },
            new("i8 with bias", perChannel, 2 * 9 * 37 * 41, new SampleInput([9, 41], Fill.U8), scale, u8, new SampleInput([], Fill.Coarse), i8, new SampleInput([37], Fill.I32)) { Differentiable = [] },
            new("rectified", rectified, 2 * 9 * 37 * 41, new SampleInput([9, 41], Fill.U8), scale, u8, new SampleInput([], Fill.Coarse), u8, new SampleInput([37], Fill.I32)) { Differentiable = [] },
            new("rectified f32", asymmetric.Rectified(), 2 * 7 * 16 * 64, new SampleInput([7, 64], Fill.U8), scale, u8, new SampleInput([16], Fill.Single)) { Differentiable = [] },
            new("rectified sums", rectified, 2 * 5 * 37 * 41, new SampleInput([5, 41], Fill.U8), u8) { Differentiable = [] },
            new("no rows", perChannel, 0, new SampleInput([0, 41], Fill.U8), u8) { Differentiable = [] },
        ];
    }

    private static IEnumerable<OpError> Errors() =>
    [
        new("weights", () => new QuantizedLinear(Tensor.Zeros([3, 2]), Tensor.Ones([])), "quantized_linear: needs u8 or i8 weights"),
        new("scales", () => new QuantizedLinear(Tensor.Zeros([3, 2], DType.I8), Tensor.Ones([2])), "one for all or one per result channel; got i8[3, 2], f32[2] and none"),
        new("depth", () => new QuantizedLinear(Tensor.Zeros([3, 2], DType.I8), Tensor.Ones([])).Apply(Tensor.Zeros([4, 3], DType.U8), Tensor.Zeros([], DType.U8)), "quantized_linear: needs u8 or i8 activations [..., 2] for weights [3, 2], got u8[4, 3]"),
        new("zero point", () => new QuantizedLinear(Tensor.Zeros([3, 2], DType.I8), Tensor.Ones([])).Apply(Tensor.Zeros([4, 2], DType.U8), Tensor.Zeros([], DType.I8)), "quantized_linear: the zero point must be u8[], got i8[]"),
        new("bias", () => new QuantizedLinear(Tensor.Zeros([3, 2], DType.I8), Tensor.Ones([])).ApplyAll(Tensor.Zeros([4, 2], DType.U8), Tensor.Ones([]), Tensor.Zeros([], DType.U8), Tensor.Ones([3], DType.I32)), "quantized_linear: the bias must be f32[3], got i32[3]"),
    ];

    private struct PackCall : IInt8Call
    {
        public Int8Source Source;
        public Int8Panels Panels;

        public readonly void Run<TTile>()
            where TTile : struct, IInt8Tile
            => Panels.Pack<TTile>(Source, 1);
    }

    private struct Call : IInt8Call
    {
        public Int8Operand A;
        public int M;
        public Int8Panels Panels;
        public Int8Result Result;
        public byte* Y;

        public readonly void Run<TTile>()
            where TTile : struct, IInt8Tile
            => Int8Matrix.Run<TTile>(A, M, Panels, Result, Y, (nint)Panels.Columns * Result.Type.Size());
    }
}

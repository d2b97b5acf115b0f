namespace Mettle;

/// <summary>
/// (q - zero point) scale as f32, of u8 or i8; or q scale, of i32 sums, which have no zero point (ONNX DequantizeLinear).
/// The operands have one shape. The gradient is refused: a scale is trained with rounding in floating point.
/// </summary>
public sealed class Dequantize : ElementwiseOp
{
    private Dequantize()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static Dequantize Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("dequantize", typeof(Dequantize), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "dequantize";

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        bool sums = inputs.Length == 2;
        if (!sums)
        {
            Expect(inputs, 3);
        }

        var q = inputs[0];
        bool fits = inputs[1] == new TensorSpec(q.Shape, DType.F32) && (sums ? q.DType == DType.I32 : q.DType is DType.U8 or DType.I8 && inputs[2] == q);
        return fits
            ? [inputs[1]]
            : throw Bad($"needs u8 or i8 values, f32 scales and a zero point of the values' type, or i32 values and f32 scales, all of one shape; got {string.Join(", ", inputs.ToArray())}.");
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
        => throw new InvalidOperationException(
            "dequantize has no gradient: it reads integers, for inference. Train with rounding in f32 (divide, round, multiply), or put it under Autograd.NoGrad().");

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (q, scale, y) = (inputs[0], inputs[1], outputs[0]);
        switch (q.DType)
        {
            case DType.I32:
                Elementwise.Run<QuantizeLanes.Dequantize<int>>(y, q, scale);
                break;
            case DType.I8:
                Elementwise.Run<QuantizeLanes.Dequantize<sbyte>>(y, q, scale, inputs[2]);
                break;
            default:
                Elementwise.Run<QuantizeLanes.Dequantize<byte>>(y, q, scale, inputs[2]);
                break;
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("u8", Instance, 35, new SampleInput([5, 7], Fill.U8), new SampleInput([5, 7], Fill.Step), new SampleInput([5, 7], Fill.U8)) { Differentiable = [] },
        new("i8", Instance, 1037, new SampleInput([1037], Fill.I8), new SampleInput([1037], Fill.Step), new SampleInput([1037], Fill.I8)) { Differentiable = [] },
        new("i32", Instance, 133, new SampleInput([7, 19], Fill.I32), new SampleInput([7, 19], Fill.Step)) { Differentiable = [] },
        new("scalar", Instance, 1, new SampleInput([], Fill.U8), new SampleInput([], Fill.Step), new SampleInput([], Fill.U8)) { Differentiable = [] },
        new("empty", Instance, 0, new SampleInput([0], Fill.I32), new SampleInput([0], Fill.Step)) { Differentiable = [] },
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("zero point", () => Instance.Apply(Tensor.Zeros([2], DType.U8), Tensor.Ones([2]), Tensor.Zeros([2], DType.I8)), "dequantize: needs u8 or i8 values, f32 scales and a zero point of the values' type"),
        new("sums", () => Instance.Apply(Tensor.Zeros([2], DType.I32), Tensor.Ones([2]), Tensor.Zeros([2], DType.I32)), "or i32 values and f32 scales, all of one shape; got i32[2], f32[2], i32[2]"),
    ];
}

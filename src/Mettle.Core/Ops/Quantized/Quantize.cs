namespace Mettle;

/// <summary>
/// round(x / scale) + zero point, halves to even, saturated to u8 or i8 (ONNX QuantizeLinear). Infinities saturate; a NaN,
/// of x or of 0 / 0, becomes the zero point. The three operands have one shape; no gradient flows.
/// </summary>
public sealed class Quantize : ElementwiseOp
{
    private Quantize()
    {
    }

    /// <summary>The op; the zero point's type is the result's.</summary>
    public static Quantize Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("quantize", typeof(Quantize), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "quantize";

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 3);
        bool fits = inputs[0].DType == DType.F32 && inputs[0] == inputs[1] && inputs[2].DType is DType.U8 or DType.I8 && inputs[2].Shape == inputs[0].Shape;
        return fits
            ? [inputs[2]]
            : throw Bad($"needs f32 values and scales and a u8 or i8 zero point of one shape, got {inputs[0]}, {inputs[1]} and {inputs[2]}.");
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads) => [null, null, null];

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs[0].DType == DType.U8)
        {
            Elementwise.Run<QuantizeLanes.Quantize<byte>>(outputs[0], inputs[0], inputs[1], inputs[2]);
        }
        else
        {
            Elementwise.Run<QuantizeLanes.Quantize<sbyte>>(outputs[0], inputs[0], inputs[1], inputs[2]);
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("u8", Instance, 35, new SampleInput([5, 7], Fill.Single), new SampleInput([5, 7], Fill.Step), new SampleInput([5, 7], Fill.U8)) { Differentiable = [] },
        new("i8", Instance, 1037, new SampleInput([1037], Fill.Single), new SampleInput([1037], Fill.Step), new SampleInput([1037], Fill.I8)) { Differentiable = [] },
        new("scalar", Instance, 1, new SampleInput([], Fill.Single), new SampleInput([], Fill.Step), new SampleInput([], Fill.U8)) { Differentiable = [] },
        new("empty", Instance, 0, new SampleInput([0, 3], Fill.Single), new SampleInput([0, 3], Fill.Step), new SampleInput([0, 3], Fill.I8)) { Differentiable = [] },
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("type", () => Instance.Apply(Tensor.Zeros([2]), Tensor.Ones([2]), Tensor.Zeros([2], DType.I32)), "quantize: needs f32 values and scales and a u8 or i8 zero point of one shape, got f32[2], f32[2] and i32[2]"),
        new("shape", () => Instance.Apply(Tensor.Zeros([2]), Tensor.Ones([]), Tensor.Zeros([2], DType.U8)), "quantize: needs f32 values and scales"),
    ];
}

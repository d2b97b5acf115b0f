namespace Mettle;

/// <summary>
/// Largest element of u8 or i8 images [N, C, H, W] under each window. Padding never wins. For inference only: it gives no
/// indices, and has no gradient.
/// </summary>
public sealed class QuantizedMaxPool : PoolOp
{
    /// <summary>Window, step, padding and dilation.</summary>
    public QuantizedMaxPool(Pair kernel, Pair stride, Pair padding, Pair dilation)
        : base(kernel, stride, padding, dilation)
    {
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("quantized_max_pool", typeof(QuantizedMaxPool), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "quantized_max_pool";

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        return inputs[0].DType is DType.U8 or DType.I8
            ? [inputs[0] with { Shape = Pooled(inputs[0].Shape) }]
            : throw Bad($"needs u8 or i8, got {inputs[0]}; MaxPool takes floats.");
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(outputs[0].Shape.Count * Kernel.Height * Kernel.Width, inputs, outputs);

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
        => throw new InvalidOperationException($"{Name} has no gradient: it compares integers, for inference. Use MaxPool in training.");

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (x, y) = (inputs[0], outputs[0]);
        if (x.DType == DType.U8)
        {
            Int8MaxPool.Run<byte>(Window(x.Shape, y.Shape), x, y);
        }
        else
        {
            Int8MaxPool.Run<sbyte>(Window(x.Shape, y.Shape), x, y);
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("side by side", new QuantizedMaxPool(2, 2, 0, 1), 2 * 70 * 2 * 2 * 4, new SampleInput([2, 70, 4, 5], Fill.U8)) { Differentiable = [] },
        new("overlapping", new QuantizedMaxPool(3, 2, 1, 1), 19 * 3 * 3 * 9, new SampleInput([1, 19, 6, 5], Fill.I8)) { Differentiable = [] },
        new("dilated", new QuantizedMaxPool((2, 3), 1, (0, 1), (2, 1)), 2 * 113 * 3 * 5 * 6, new SampleInput([2, 113, 5, 5], Fill.U8)) { Differentiable = [] },
        new("one column", new QuantizedMaxPool((3, 1), (2, 1), (1, 0), 1), 3 * 3 * 3, new SampleInput([1, 3, 5, 1], Fill.I8)) { Differentiable = [] },
        new("no images", new QuantizedMaxPool(2, 2, 0, 1), 0, new SampleInput([0, 3, 4, 4], Fill.U8)) { Differentiable = [] },
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("type", () => new QuantizedMaxPool(2, 2, 0, 1).Apply(Tensor.Zeros([1, 1, 4, 4])), "quantized_max_pool: needs u8 or i8, got f32[1, 1, 4, 4]"),
        new("window", () => new QuantizedMaxPool(4, 1, 0, 1).Apply(Tensor.Zeros([1, 1, 3, 5], DType.U8)), "quantized_max_pool: a window of (4, 4) does not fit into [1, 1, 3, 5]"),
    ];
}

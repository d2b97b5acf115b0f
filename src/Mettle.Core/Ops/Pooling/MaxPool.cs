namespace Mettle;

/// <summary>
/// Largest element under each window and its index within the plane (row-major, i64). Of equal elements the first counts;
/// NaN counts as largest. Padding never wins.
/// </summary>
public sealed class MaxPool : PoolOp
{
    /// <summary>Window, step, padding and dilation.</summary>
    public MaxPool(Pair kernel, Pair stride, Pair padding, Pair dilation)
        : base(kernel, stride, padding, dilation)
    {
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("max_pool", typeof(MaxPool), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "max_pool";

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        ExpectFloat(inputs[0]);
        var y = Pooled(inputs[0].Shape);
        return [new(y, inputs[0].DType), new(y, DType.I64)];
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(outputs[0].Shape.Count * Kernel.Height * Kernel.Width, inputs, outputs);

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        var x = node.Inputs[0].Shape;
        bool sideBySide = Kernel == Stride && Padding == 0 && Dilation == 1;
        return [grads[0] is { } g ? new MaxPoolBackward((x[2], x[3]), sideBySide ? Kernel : null).Apply(g, node.Outputs[1]) : null];
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (x, y, indices) = (inputs[0], outputs[0], outputs[1]);
        if (x.DType == DType.F32)
        {
            Pooling.Max<float>(Window(x.Shape, y.Shape), x, y, indices);
        }
        else
        {
            Pooling.Max<double>(Window(x.Shape, y.Shape), x, y, indices);
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("plain", new MaxPool(2, 2, 0, 1), 2 * 3 * 2 * 2 * 4, new SampleInput([2, 3, 4, 5], Fill.Distinct)),
        new("side by side", new MaxPool((2, 3), (2, 3), 0, 1), 2 * 21 * 2 * 2 * 6, new SampleInput([2, 21, 5, 7], Fill.Distinct)),
        new("overlapping", new MaxPool(3, 2, 1, 1), 18 * 3 * 3 * 9, new SampleInput([1, 18, 6, 5], Fill.Distinct)),
        new("dilated", new MaxPool((2, 3), 1, (0, 1), (2, 1)), 2 * 3 * 5 * 6, new SampleInput([1, 2, 5, 5], Fill.Distinct)),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("window", () => new MaxPool(4, 1, 0, 1).Apply(Tensor.Zeros([1, 1, 3, 5])), "max_pool: a window of (4, 4) does not fit into [1, 1, 3, 5] with padding (0, 0)"),
        new("padding", () => new MaxPool(2, 1, 2, 1).Apply(Tensor.Zeros([1, 1, 3, 5])), "padding (2, 2) at most half the window"),
        new("rank", () => new MaxPool(2, 1, 0, 1).Apply(Tensor.Zeros([1, 3, 5])), "max_pool: needs [N, C, H, W], got [1, 3, 5]"),
    ];
}

namespace Mettle;

/// <summary>
/// Largest element under each window, without its place: what <see cref="MaxPool"/> gives first, in less time. NaN counts as
/// largest; of equal elements the first counts, column by column. Padding never wins.
/// </summary>
public sealed class WindowMax : PoolOp
{
    /// <summary>Window, step, padding and dilation.</summary>
    public WindowMax(Pair kernel, Pair stride, Pair padding, Pair dilation)
        : base(kernel, stride, padding, dilation)
    {
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("window_max", typeof(WindowMax), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "window_max";

    /// <summary>Planes are pooled as they lie.</summary>
    internal override bool WantsChannels(int input) => false;

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        ExpectFloat(inputs[0]);
        return [new(Pooled(inputs[0].Shape), inputs[0].DType)];
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(outputs[0].Shape.Count * Kernel.Height * Kernel.Width, inputs, outputs);

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        if (grads[0] is not { } g)
        {
            return [null];
        }

        var x = node.Inputs[0];
        var places = new MaxPool(Kernel, Stride, Padding, Dilation).ApplyAll(x.Detach())[1];
        return [new MaxPoolBackward((x.Shape[2], x.Shape[3])).Apply(g, places)];
    }

    /// <summary>Row-major planes stay planes, all else becomes rows of channels.</summary>
    private protected override Tensor Allocate(Tensor x, TensorSpec spec)
        => x.IsContiguous && !ChannelRows.Lies(x) ? Tensor.Allocate(spec.Shape, spec.DType) : ChannelRows.Allocate(spec);

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (x, y) = (inputs[0], outputs[0]);
        if (x.DType == DType.F32)
        {
            Pooling.Largest<float>(Window(x.Shape, y.Shape), x, y);
        }
        else
        {
            Pooling.Largest<double>(Window(x.Shape, y.Shape), x, y);
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("plain", new WindowMax(2, 2, 0, 1), 2 * 3 * 2 * 2 * 4, new SampleInput([2, 3, 4, 5], Fill.Distinct)),
        new("side by side", new WindowMax((2, 3), (2, 3), 0, 1), 2 * 21 * 2 * 2 * 6, new SampleInput([2, 21, 5, 7], Fill.Distinct)),
        new("overlapping", new WindowMax(3, 2, 1, 1), 18 * 3 * 3 * 9, new SampleInput([1, 18, 6, 5], Fill.Distinct)),
        new("dilated", new WindowMax((2, 3), 1, (0, 1), (2, 1)), 2 * 3 * 5 * 6, new SampleInput([1, 2, 5, 5], Fill.Distinct)),
        new("wide pairs", new WindowMax(2, 2, 0, 1), 3 * 2 * 34 * 4, new SampleInput([1, 3, 5, 69], Fill.Distinct)),
        new("wide threes", new WindowMax(3, 2, 1, 1), 2 * 3 * 37 * 9, new SampleInput([1, 2, 5, 73], Fill.Distinct)),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("window", () => new WindowMax(4, 1, 0, 1).Apply(Tensor.Zeros([1, 1, 3, 5])), "window_max: a window of (4, 4) does not fit into [1, 1, 3, 5] with padding (0, 0)"),
        new("rank", () => new WindowMax(2, 1, 0, 1).Apply(Tensor.Zeros([1, 3, 5])), "window_max: needs [N, C, H, W], got [1, 3, 5]"),
    ];
}

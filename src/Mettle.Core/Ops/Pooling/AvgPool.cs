namespace Mettle;

/// <summary>Mean of the elements under each window; padding counts as zeros or, without <see cref="CountPadding"/>, not at all.</summary>
public sealed class AvgPool : PoolOp
{
    /// <summary>Window, step, padding and whether the divisor counts padding.</summary>
    public AvgPool(Pair kernel, Pair stride, Pair padding, bool countPadding = true)
        : base(kernel, stride, padding, 1) => CountPadding = countPadding;

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("avg_pool", typeof(AvgPool), Samples, Errors);

    /// <summary>Whether the divisor is the window's size even where it covers padding.</summary>
    public bool CountPadding { get; }

    /// <inheritdoc/>
    public override string Name => "avg_pool";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [.. base.Attributes, new("count_padding", CountPadding)];

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
        var x = node.Inputs[0].Shape;
        return [grads[0] is { } g ? new AvgPoolBackward((x[2], x[3]), Kernel, Stride, Padding, CountPadding).Apply(g) : null];
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (x, y) = (inputs[0], outputs[0]);
        if (x.DType == DType.F32)
        {
            Pooling.Mean<float>(Window(x.Shape, y.Shape), CountPadding, x, y);
        }
        else
        {
            Pooling.Mean<double>(Window(x.Shape, y.Shape), CountPadding, x, y);
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("plain", new AvgPool(2, 2, 0), 2 * 3 * 2 * 2 * 4, new SampleInput([2, 3, 4, 5])),
        new("padded", new AvgPool(3, 2, 1), 18 * 3 * 3 * 9, new SampleInput([1, 18, 6, 5])),
        new("wide", new AvgPool((7, 11), 2, 0), 2 * 19 * 1 * 2 * 77, new SampleInput([2, 19, 8, 13])) { Tolerance = 1e-5 },
        new("without padding", new AvgPool((2, 3), 1, (1, 1), false), 2 * 6 * 5 * 6, new SampleInput([1, 2, 5, 5])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("window", () => new AvgPool(4, 1, 0).Apply(Tensor.Zeros([1, 1, 3, 5])), "avg_pool: a window of (4, 4) does not fit into [1, 1, 3, 5] with padding (0, 0)"),
    ];
}

namespace Mettle;

/// <summary>The transpose of <see cref="AvgPool"/>: each element spreads evenly over the window it averaged.</summary>
public sealed class AvgPoolBackward : PoolOp
{
    /// <summary>Size of the result's planes, and the attributes of the pooling.</summary>
    public AvgPoolBackward(Pair size, Pair kernel, Pair stride, Pair padding, bool countPadding = true)
        : base(kernel, stride, padding, 1) => (Size, CountPadding) = (size, countPadding);

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("avg_pool_backward", typeof(AvgPoolBackward), Samples, Errors);

    /// <summary>Size of the result's planes.</summary>
    public Pair Size { get; }

    /// <summary>Whether the divisor is the window's size even where it covers padding.</summary>
    public bool CountPadding { get; }

    /// <inheritdoc/>
    public override string Name => "avg_pool_backward";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [.. base.Attributes, new("count_padding", CountPadding), new("size", Size)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        ExpectFloat(inputs[0]);
        var g = inputs[0].Shape;
        if (g.Rank != 4)
        {
            throw Bad($"needs [N, C, H, W], got {g}.");
        }

        Shape x = [g[0], g[1], Size.Height, Size.Width];
        return Pooled(x) == g ? [new(x, inputs[0].DType)] : throw Bad($"pooling {x} gives {Pooled(x)}, not {g}.");
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(inputs[0].Shape.Count * Kernel.Height * Kernel.Width, inputs, outputs);

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
        => [grads[0] is { } u ? new AvgPool(Kernel, Stride, Padding, CountPadding).Apply(u) : null];

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (g, x) = (inputs[0], outputs[0]);
        if (x.DType == DType.F32)
        {
            Pooling.Spread<float>(Window(x.Shape, g.Shape), CountPadding, g, x);
        }
        else
        {
            Pooling.Spread<double>(Window(x.Shape, g.Shape), CountPadding, g, x);
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("plain", new AvgPoolBackward((4, 5), 2, 2, 0), 2 * 3 * 2 * 2 * 4, new SampleInput([2, 3, 2, 2])),
        new("side by side", new AvgPoolBackward((5, 7), (2, 3), (2, 3), 0), 2 * 21 * 2 * 2 * 6, new SampleInput([2, 21, 2, 2])),
        new("wide", new AvgPoolBackward((10, 11), (10, 11), 1, 0), 2 * 19 * 110, new SampleInput([2, 19, 1, 1])) { Tolerance = 1e-5 },
        new("without padding", new AvgPoolBackward((6, 5), 3, 2, 1, false), 18 * 3 * 3 * 9, new SampleInput([1, 18, 3, 3])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("size", () => new AvgPoolBackward(4, 2, 2, 0).Apply(Tensor.Zeros([1, 1, 3, 3])), "avg_pool_backward: pooling [1, 1, 4, 4] gives [1, 1, 2, 2], not [1, 1, 3, 3]"),
    ];
}

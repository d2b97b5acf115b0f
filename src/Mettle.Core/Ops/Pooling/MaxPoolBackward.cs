using System.Numerics;

namespace Mettle;

/// <summary>
/// Adds each element of [N, C, h, w] to the place in its H x W plane that an index (i64) names; the rest is 0. Additions
/// to one place follow the operand's order. The transpose of <see cref="MaxPoolGather"/>.
/// </summary>
public sealed class MaxPoolBackward : PoolOp
{
    private readonly Pair? tile;

    /// <summary>Size of the result's planes.</summary>
    public MaxPoolBackward(Pair size)
        : base(1, 1, 0, 1) => Size = size;

    /// <summary>The same where each index lies in its own window of <paramref name="tile"/>, side by side, which is faster.</summary>
    internal MaxPoolBackward(Pair size, Pair? tile)
        : this(size) => this.tile = tile;

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("max_pool_backward", typeof(MaxPoolBackward), Samples, Errors);

    /// <summary>Size of the result's planes.</summary>
    public Pair Size { get; }

    /// <inheritdoc/>
    public override string Name => "max_pool_backward";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [.. base.Attributes, new("size", Size), new("tile", tile)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 2);
        ExpectFloat(inputs[0]);
        var s = inputs[0].Shape;
        return s.Rank == 4 && inputs[1] == new TensorSpec(s, DType.I64)
            ? [new([s[0], s[1], Size.Height, Size.Width], inputs[0].DType)]
            : throw Bad($"needs [N, C, H, W] with i64 indices of the same shape, got {inputs[0]} and {inputs[1]}.");
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(inputs[0].Shape.Count, inputs, outputs);

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
        => [grads[0] is { } g ? MaxPoolGather.Instance.Apply(g, node.Inputs[1]) : null, null];

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.F32)
        {
            Run<float>(inputs[0], inputs[1], outputs[0]);
        }
        else
        {
            Run<double>(inputs[0], inputs[1], outputs[0]);
        }
    }

    private void Run<T>(Tensor g, Tensor indices, Tensor x)
        where T : unmanaged, INumber<T>
    {
        if (tile is { } window)
        {
            Pooling.SpreadMaxima<T>(g, indices, x, window);
        }
        else
        {
            PlaneIndex.Scatter<T>(g, indices, x);
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("planes", new MaxPoolBackward((4, 5)), 2 * 3 * 6, new SampleInput([2, 3, 2, 3]), new SampleInput([2, 3, 2, 3], Fill.Index, 20)),
        new("many channels", new MaxPoolBackward((2, 3)), 70 * 8, new SampleInput([1, 70, 2, 4]), new SampleInput([1, 70, 2, 4], Fill.Index, 6)),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("shapes", () => new MaxPoolBackward(3).Apply(Tensor.Zeros([1, 1, 2, 2]), Tensor.Zeros([1, 1, 2, 3], DType.I64)), "max_pool_backward: needs [N, C, H, W] with i64 indices of the same shape, got f32[1, 1, 2, 2] and i64[1, 1, 2, 3]"),
        new("index", () => new MaxPoolBackward(2).Apply(Tensor.Zeros([1, 1, 1, 1]), Tensor.Full([1, 1, 1, 1], 4, DType.I64)), "index 4 is outside a plane of 4 elements"),
    ];
}

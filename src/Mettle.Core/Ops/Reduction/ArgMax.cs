namespace Mettle;

/// <summary>i64 place of the largest element along an axis, which vanishes: the first of equals; a NaN beats all numbers.</summary>
public sealed class ArgMax : ArgReduction
{
    /// <summary>Searches <paramref name="axis"/> (not negative).</summary>
    public ArgMax(int axis)
        : base(axis, largest: true)
    {
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("argmax", typeof(ArgMax), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "argmax";

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size) => [new ArgMax(Axis + 1).Apply(inputs[0])];

    private static IEnumerable<OpSample> Samples() =>
    [
        new("rows", new ArgMax(1), 35, new SampleInput([5, 7], Fill.Distinct)) { Differentiable = [] },
        new("columns", new ArgMax(0), 35, new SampleInput([5, 7], Fill.Distinct)) { Differentiable = [] },
        new("middle", new ArgMax(1), 60, new SampleInput([3, 4, 5], Fill.Distinct)) { Differentiable = [] },
        new("ties", new ArgMax(0), 1037, new SampleInput([1037], Fill.Index, 3)) { Differentiable = [] },
        new("no rows", new ArgMax(1), 0, new SampleInput([0, 3])) { Differentiable = [] },
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("empty", () => new ArgMax(1).Apply(Tensor.Zeros([2, 0])), "argmax: axis 1 of [2, 0] is empty"),
        new("axis", () => new ArgMax(1).Apply(Tensor.Zeros([2])), "argmax: axis 1 is outside a tensor of shape [2]"),
        new("bool", () => new ArgMax(0).Apply(Tensor.Full([2], 1, DType.Bool)), "argmax: needs f32, f64, i32 or i64, got bool[2]"),
    ];
}

namespace Mettle;

/// <summary>i64 place of the smallest element along an axis, which vanishes: the first of equals; a NaN beats all numbers.</summary>
public sealed class ArgMin : ArgReduction
{
    /// <summary>Searches <paramref name="axis"/> (not negative).</summary>
    public ArgMin(int axis)
        : base(axis, largest: false)
    {
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("argmin", typeof(ArgMin), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "argmin";

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size) => [new ArgMin(Axis + 1).Apply(inputs[0])];

    private static IEnumerable<OpSample> Samples() =>
    [
        new("rows", new ArgMin(1), 35, new SampleInput([5, 7], Fill.Distinct)) { Differentiable = [] },
        new("columns", new ArgMin(0), 35, new SampleInput([5, 7], Fill.Distinct)) { Differentiable = [] },
        new("middle", new ArgMin(1), 60, new SampleInput([3, 4, 5], Fill.Distinct)) { Differentiable = [] },
        new("ties", new ArgMin(0), 1037, new SampleInput([1037], Fill.Index, 3)) { Differentiable = [] },
        new("no rows", new ArgMin(1), 0, new SampleInput([0, 3])) { Differentiable = [] },
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("empty", () => new ArgMin(1).Apply(Tensor.Zeros([2, 0])), "argmin: axis 1 of [2, 0] is empty"),
        new("axis", () => new ArgMin(1).Apply(Tensor.Zeros([2])), "argmin: axis 1 is outside a tensor of shape [2]"),
        new("bool", () => new ArgMin(0).Apply(Tensor.Full([2], 1, DType.Bool)), "argmin: needs f32, f64, i32 or i64, got bool[2]"),
    ];
}

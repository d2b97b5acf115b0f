namespace Mettle;

/// <summary>
/// Transpose of <see cref="Gather"/>: adds each element to the place of a zero tensor that its i64 index names. Terms of
/// one place are added in ascending order of their position along the axis.
/// </summary>
public sealed class ScatterAdd : Op
{
    private readonly int axis;
    private readonly int size;

    /// <summary>The result has <paramref name="size"/> elements along <paramref name="axis"/> (not negative).</summary>
    public ScatterAdd(int axis, int size)
    {
        this.axis = axis;
        this.size = size;
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("scatter_add", typeof(ScatterAdd), Samples, Errors);

    /// <summary>The axis scattered over.</summary>
    public int Axis => axis;

    /// <summary>The result's dimension there.</summary>
    public int Size => size;

    /// <inheritdoc/>
    public override string Name => "scatter_add";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("axis", axis), new("size", size)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 2);
        inputs[0].Shape.Axis(axis, Name);
        return inputs[0].DType is DType.F32 or DType.F64 or DType.I32 or DType.I64 && inputs[1] == inputs[0] with { DType = DType.I64 }
            ? [inputs[0] with { Shape = inputs[0].Shape.With(axis, size) }]
            : throw Bad($"needs numbers and an i64 index of their shape, got {inputs[0]} and {inputs[1]}.");
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(inputs[0].Shape.Count, inputs, outputs);

    internal override bool WantsRows(int input, Shape shape) => true;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
        => [grads[0] is { } g ? new Gather(axis).Apply(g, node.Inputs[1]) : null, null];

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
        => [new ScatterAdd(axis + 1, this.size).Apply(Batched(inputs[0], batched[0], size), Batched(inputs[1], batched[1], size))];

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var x = inputs[0].RowMajor();
        var index = inputs[1].RowMajor();
        IndexCheck.Run(Name, index, size);
        Indexed.ScatterAdd(x, index, outputs[0], axis);
        AxisRows.Free(x, inputs[0]);
        AxisRows.Free(index, inputs[1]);
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("rows", new ScatterAdd(1, 4), 35, new SampleInput([5, 7]), new SampleInput([5, 7], Fill.Index, 4)),
        new("columns", new ScatterAdd(0, 3), 35, new SampleInput([5, 7]), new SampleInput([5, 7], Fill.Index, 3)),
        new("middle", new ScatterAdd(1, 9), 24, new SampleInput([2, 4, 3]), new SampleInput([2, 4, 3], Fill.Index, 9)),
        new("none", new ScatterAdd(0, 3), 0, new SampleInput([0]), new SampleInput([0], Fill.Index, 3)),
        new("long", new ScatterAdd(0, 5), 40001, new SampleInput([40001]), new SampleInput([40001], Fill.Index, 5)) { Tolerance = 1e-4 },
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("index", () => new ScatterAdd(0, 2).Apply(Tensor.Zeros([3]), Tensor.From([0L, 1L, 2L])), "scatter_add: index 2 (element 2 of the index tensor [3]) is outside an axis of size 2"),
        new("shape", () => new ScatterAdd(0, 2).Apply(Tensor.Zeros([3]), Tensor.From([0L])), "scatter_add: needs numbers and an i64 index of their shape, got f32[3] and i64[1]"),
    ];
}

namespace Mettle;

/// <summary>
/// Along an axis, the element that an i64 index of the same rank names: y[i, j] = x[index[i, j], j] for axis 0. Index and
/// operand agree in all other dimensions. Its transpose is <see cref="ScatterAdd"/>.
/// </summary>
public sealed class Gather : Op
{
    private readonly int axis;

    /// <summary>Looks up along <paramref name="axis"/> (not negative).</summary>
    public Gather(int axis) => this.axis = axis;

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("gather", typeof(Gather), Samples, Errors);

    /// <summary>The axis looked up.</summary>
    public int Axis => axis;

    /// <inheritdoc/>
    public override string Name => "gather";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("axis", axis)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 2);
        var (x, index) = (inputs[0].Shape, inputs[1].Shape);
        x.Axis(axis, Name);
        return inputs[1].DType == DType.I64 && x.Rank == index.Rank && x.With(axis, 0) == index.With(axis, 0)
            ? [inputs[0] with { Shape = index }]
            : throw Bad($"needs an i64 index that differs from {inputs[0]} in axis {axis} only, got {inputs[1]}.");
    }

    internal override bool WantsRows(int input, Shape shape) => true;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
        => [grads[0] is { } g ? new ScatterAdd(axis, node.Inputs[0].Shape[axis]).Apply(g, node.Inputs[1]) : null, null];

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
        => [new Gather(axis + 1).Apply(Batched(inputs[0], batched[0], size), Batched(inputs[1], batched[1], size))];

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var x = inputs[0].RowMajor();
        var index = inputs[1].RowMajor();
        IndexCheck.Run(Name, index, x.Shape[axis]);
        Indexed.Gather(x, index, outputs[0], axis);
        AxisRows.Free(x, inputs[0]);
        AxisRows.Free(index, inputs[1]);
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("rows", new Gather(1), 0, new SampleInput([5, 7]), new SampleInput([5, 3], Fill.Index, 7)),
        new("columns", new Gather(0), 0, new SampleInput([5, 7]), new SampleInput([9, 7], Fill.Index, 5)),
        new("middle", new Gather(1), 0, new SampleInput([2, 5, 3]), new SampleInput([2, 4, 3], Fill.Index, 5)),
        new("one", new Gather(0), 0, new SampleInput([1]), new SampleInput([4], Fill.Index, 1)),
        new("none", new Gather(0), 0, new SampleInput([3]), new SampleInput([0], Fill.Index, 3)),
        new("long", new Gather(0), 0, new SampleInput([5000]), new SampleInput([40001], Fill.Index, 5000)),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("index", () => new Gather(0).Apply(Tensor.Zeros([3]), Tensor.From([0L, 3L])), "gather: index 3 (element 1 of the index tensor [2]) is outside an axis of size 3"),
        new("negative", () => new Gather(0).Apply(Tensor.Zeros([3]), Tensor.From([-1L])), "gather: index -1 (element 0 of the index tensor [1]) is outside an axis of size 3"),
        new("shape", () => new Gather(0).Apply(Tensor.Zeros([3, 2]), Tensor.Zeros([1, 3], DType.I64)), "gather: needs an i64 index that differs from f32[3, 2] in axis 0 only, got i64[1, 3]"),
    ];
}

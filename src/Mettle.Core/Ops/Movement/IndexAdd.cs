namespace Mettle;

/// <summary>
/// Transpose of <see cref="IndexSelect"/>: adds rows to the rows of a zero tensor that an i64 index names. Terms of one
/// place are added in the index's row-major order.
/// </summary>
public sealed class IndexAdd : Op
{
    private readonly int axis;
    private readonly int size;
    private readonly int shared;

    /// <summary>The index's axes of the operand start at <paramref name="axis"/> and become one of <paramref name="size"/>.</summary>
    /// <param name="axis">The result's axis that the index refers to.</param>
    /// <param name="size">Its dimension.</param>
    /// <param name="shared">Leading axes that operand and index have in common: each slice has its own index.</param>
    public IndexAdd(int axis, int size, int shared = 0)
    {
        this.axis = axis;
        this.size = size;
        this.shared = shared;
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("index_add", typeof(IndexAdd), Samples, Errors);

    /// <summary>The result's axis that the index refers to.</summary>
    public int Axis => axis;

    /// <summary>Its dimension.</summary>
    public int Size => size;

    /// <summary>Number of leading axes in common.</summary>
    public int Shared => shared;

    /// <inheritdoc/>
    public override string Name => "index_add";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("axis", axis), new("size", size), new("shared", shared)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 2);
        var (x, index) = (inputs[0].Shape, inputs[1].Shape);
        int own = index.Rank - shared;
        bool fits = inputs[0].DType is DType.F32 or DType.F64 or DType.I32 or DType.I64 && inputs[1].DType == DType.I64
            && axis >= shared && own >= 0 && x.Rank >= axis + own
            && x.Dims[..shared].SequenceEqual(index.Dims[..shared])
            && x.Dims.Slice(axis, own).SequenceEqual(index.Dims[shared..]);
        return fits
            ? [inputs[0] with { Shape = [.. x.Dims[..axis], size, .. x.Dims[(axis + own)..]] }]
            : throw Bad($"needs numbers and an i64 index whose axes stand at axis {axis} of {inputs[0]}, got {inputs[1]}.");
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(inputs[0].Shape.Count, inputs, outputs);

    internal override bool WantsRows(int input, Shape shape) => true;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
        => [grads[0] is { } g ? new IndexSelect(axis, shared).Apply(g, node.Inputs[1]) : null, null];

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
        => shared == 0 && !batched[1]
            ? [new IndexAdd(axis + 1, this.size).Apply(inputs[0], inputs[1])]
            : [new IndexAdd(axis + 1, this.size, shared + 1).Apply(Batched(inputs[0], batched[0], size), Batched(inputs[1], batched[1], size))];

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var x = inputs[0].RowMajor();
        var index = inputs[1].RowMajor();
        IndexCheck.Run(Name, index, size);
        Indexed.AddRows(x, index, outputs[0], axis, shared);
        AxisRows.Free(x, inputs[0]);
        AxisRows.Free(index, inputs[1]);
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("embedding", new IndexAdd(0, 4), 60, new SampleInput([3, 4, 5]), new SampleInput([3, 4], Fill.Index, 4)),
        new("columns", new IndexAdd(1, 3), 35, new SampleInput([5, 7]), new SampleInput([7], Fill.Index, 3)),
        new("scalar index", new IndexAdd(1, 6), 5, new SampleInput([5]), new SampleInput([], Fill.Index, 6)),
        new("per slice", new IndexAdd(1, 5, 1), 24, new SampleInput([3, 4, 2]), new SampleInput([3, 4], Fill.Index, 5)),
        new("wide", new IndexAdd(0, 4), 39000, new SampleInput([300, 130]), new SampleInput([300], Fill.Index, 4)) { Tolerance = 1e-5 },
        new("none", new IndexAdd(0, 3), 0, new SampleInput([0, 2]), new SampleInput([0], Fill.Index, 3)),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("index", () => new IndexAdd(0, 2).Apply(Tensor.Zeros([2, 3]), Tensor.From([0L, 2L])), "index_add: index 2 (element 1 of the index tensor [2]) is outside an axis of size 2"),
        new("shape", () => new IndexAdd(0, 2).Apply(Tensor.Zeros([2, 3]), Tensor.From([0L])), "index_add: needs numbers and an i64 index whose axes stand at axis 0 of f32[2, 3], got i64[1]"),
    ];
}

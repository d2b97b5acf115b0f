namespace Mettle;

/// <summary>
/// Rows of an axis by an i64 index of any shape, which takes the axis's place: an embedding table [V, D] looked up by
/// [N, T] gives [N, T, D]. Its transpose is <see cref="IndexAdd"/>.
/// </summary>
public sealed class IndexSelect : Op
{
    private readonly int axis;
    private readonly int shared;

    /// <summary>Looks up along <paramref name="axis"/> (not negative).</summary>
    /// <param name="axis">The axis that the index replaces.</param>
    /// <param name="shared">Leading axes that operand and index have in common: each slice has its own index.</param>
    public IndexSelect(int axis, int shared = 0)
    {
        this.axis = axis;
        this.shared = shared;
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("index_select", typeof(IndexSelect), Samples, Errors);

    /// <summary>The axis looked up.</summary>
    public int Axis => axis;

    /// <summary>Number of leading axes in common.</summary>
    public int Shared => shared;

    /// <inheritdoc/>
    public override string Name => "index_select";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("axis", axis), new("shared", shared)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 2);
        var (x, index) = (inputs[0].Shape, inputs[1].Shape);
        x.Axis(axis, Name);
        bool fits = inputs[1].DType == DType.I64 && axis >= shared && index.Rank >= shared && x.Dims[..shared].SequenceEqual(index.Dims[..shared]);
        return fits
            ? [inputs[0] with { Shape = [.. x.Dims[..axis], .. index.Dims[shared..], .. x.Dims[(axis + 1)..]] }]
            : throw Bad($"needs an i64 index with the first {shared} axes of {inputs[0]}, got {inputs[1]}.");
    }

    internal override bool WantsRows(int input, Shape shape) => true;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
        => [grads[0] is { } g ? new IndexAdd(axis, node.Inputs[0].Shape[axis], shared).Apply(g, node.Inputs[1]) : null, null];

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
    {
        var (x, index) = (inputs[0], inputs[1]);
        if (shared == 0 && !batched[1])
        {
            return [new IndexSelect(axis + 1).Apply(x, index)];
        }

        if (shared == 0 && !batched[0])
        {
            // One table for all: look up at once, then bring the index's batch axis to the front.
            var y = Apply(x, index);
            var order = new int[y.Rank];
            order[0] = axis;
            for (int i = 0, next = 1; i < order.Length; i++)
            {
                if (i != axis)
                {
                    order[next++] = i;
                }
            }

            return [y.Permute(order)];
        }

        return [new IndexSelect(axis + 1, shared + 1).Apply(Batched(x, batched[0], size), Batched(index, batched[1], size))];
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var x = inputs[0].RowMajor();
        var index = inputs[1].RowMajor();
        IndexCheck.Run(Name, index, x.Shape[axis]);
        Indexed.SelectRows(x, index, outputs[0], axis, shared);
        AxisRows.Free(x, inputs[0]);
        AxisRows.Free(index, inputs[1]);
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("embedding", new IndexSelect(0), 0, new SampleInput([11, 5]), new SampleInput([3, 4], Fill.Index, 11)),
        new("columns", new IndexSelect(1), 0, new SampleInput([5, 7]), new SampleInput([9], Fill.Index, 7)),
        new("middle", new IndexSelect(1), 0, new SampleInput([2, 5, 3]), new SampleInput([4], Fill.Index, 5)),
        new("scalar index", new IndexSelect(1), 0, new SampleInput([5, 7]), new SampleInput([], Fill.Index, 7)),
        new("per slice", new IndexSelect(1, 1), 0, new SampleInput([3, 5, 2]), new SampleInput([3, 4], Fill.Index, 5)),
        new("none", new IndexSelect(0), 0, new SampleInput([11, 5]), new SampleInput([0], Fill.Index, 11)),
        new("wide", new IndexSelect(0), 0, new SampleInput([4, 130]), new SampleInput([300], Fill.Index, 4)),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("index", () => new IndexSelect(0).Apply(Tensor.Zeros([3, 2]), Tensor.From([0L, 3L])), "index_select: index 3 (element 1 of the index tensor [2]) is outside an axis of size 3"),
        new("type", () => new IndexSelect(0).Apply(Tensor.Zeros([3]), Tensor.Zeros([2])), "index_select: needs an i64 index with the first 0 axes of f32[3], got f32[2]"),
        new("axis", () => new IndexSelect(1).Apply(Tensor.Zeros([3]), Tensor.From([0L])), "index_select: axis 1 is outside a tensor of shape [3]"),
    ];
}

namespace Mettle;

/// <summary>
/// Consecutive pieces along an axis, as views. One op instead of a slice per piece, so that the gradient is one concatenation:
/// its cost is linear in the number of pieces.
/// </summary>
public sealed class SplitAxis : Op
{
    private readonly int axis;
    private readonly int[] sizes;

    /// <summary>Cuts <paramref name="axis"/> (not negative) into pieces of the given sizes.</summary>
    public SplitAxis(int axis, params ReadOnlySpan<int> sizes) => (this.axis, this.sizes) = (axis, sizes.ToArray());

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("split", typeof(SplitAxis), Samples, Errors);

    /// <summary>The axis that is cut.</summary>
    public int Axis => axis;

    /// <summary>Length of each piece.</summary>
    public IReadOnlyList<int> Sizes => sizes;

    /// <inheritdoc/>
    public override string Name => "split";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("axis", axis), new("sizes", sizes)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        var x = inputs[0];
        x.Shape.Axis(axis, Name);
        return sizes.Length > 0 && sizes.Sum() == x.Shape[axis]
            ? Array.ConvertAll(sizes, s => x with { Shape = x.Shape.With(axis, s) })
            : throw Bad($"sizes [{string.Join(", ", sizes)}] add up to {sizes.Sum()}, axis {axis} of {x.Shape} has {x.Shape[axis]}.");
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        var pieces = new Tensor[sizes.Length];
        for (int i = 0; i < pieces.Length; i++)
        {
            pieces[i] = grads[i] ?? Tensor.Zeros(node.Outputs[i].Shape, node.Outputs[i].DType);
        }

        return [new Concat(axis).ApplyAll(pieces)[0]];
    }

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
        => new SplitAxis(axis + 1, sizes).ApplyAll(inputs[0]);

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => default;

    internal override PlanKind PlanKind => PlanKind.View;

    /// <inheritdoc/>
    protected internal override Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs)
    {
        var x = inputs[0];
        var pieces = new Tensor[specs.Length];
        long offset = x.Offset;
        for (int i = 0; i < pieces.Length; i++)
        {
            pieces[i] = x.View(specs[i].Shape, x.Strides, offset);
            offset += (long)sizes[i] * x.Strides[axis];
        }

        return pieces;
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        => throw new InvalidOperationException($"{Name} makes views.");

    private static IEnumerable<OpSample> Samples() =>
    [
        new("columns", new SplitAxis(1, 2, 4, 1), 0, new SampleInput([5, 7])),
        new("rows", new SplitAxis(0, 1, 1, 1), 0, new SampleInput([3, 2, 2])),
        new("with empty", new SplitAxis(0, 0, 3), 0, new SampleInput([3, 2])),
        new("one", new SplitAxis(0, 4), 0, new SampleInput([4])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("sum", () => new SplitAxis(0, 2, 2).ApplyAll(Tensor.Zeros([5])), "split: sizes [2, 2] add up to 4, axis 0 of [5] has 5"),
        new("axis", () => new SplitAxis(1, 2).ApplyAll(Tensor.Zeros([2])), "split: axis 1 is outside a tensor of shape [2]"),
    ];
}

namespace Mettle;

/// <summary>The same elements in row-major order under another shape. Shares memory if the operand is contiguous.</summary>
public sealed class Reshape : ViewOp
{
    private readonly Shape to;

    /// <summary>Reshapes to <paramref name="to"/>; one dimension may be -1 in <see cref="Tensor.Reshape(ReadOnlySpan{int})"/>, not here.</summary>
    public Reshape(Shape to) => this.to = to;

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("reshape", typeof(Reshape), Samples, Errors);

    /// <summary>The result's shape.</summary>
    public Shape To => to;

    /// <inheritdoc/>
    public override string Name => "reshape";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("to", to)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        return inputs[0].Shape.Count == to.Count
            ? [inputs[0] with { Shape = to }]
            : throw Bad($"{inputs[0].Shape} has {inputs[0].Shape.Count} elements, {to} needs {to.Count}.");
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
        => [grads[0] is { } g ? node.Inputs[0].Shape.ToReshape().Apply(g) : null];

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
        => [new Reshape(to.Insert(0, size)).Apply(inputs[0])];

    /// <inheritdoc/>
    protected override Tensor View(Tensor x, Shape shape)
    {
        var rows = x.RowMajor();
        return rows.View(shape, shape.RowMajorStrides(), rows.Offset);
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("merge", new Reshape([35]), 0, new SampleInput([5, 7])),
        new("split", new Reshape([2, 3, 4]), 0, new SampleInput([6, 4])),
        new("to scalar", new Reshape([]), 0, new SampleInput([1, 1])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("count", () => new Reshape([5]).Apply(Tensor.Zeros([2, 3])), "reshape: [2, 3] has 6 elements, [5] needs 5"),
    ];
}

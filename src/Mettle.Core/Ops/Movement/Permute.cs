namespace Mettle;

/// <summary>Reorders axes: result axis i is operand axis order[i]. Shares memory.</summary>
public sealed class Permute : ViewOp
{
    private readonly int[] order;

    /// <summary>Each axis of the operand exactly once.</summary>
    public Permute(params ReadOnlySpan<int> order) => this.order = order.ToArray();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("permute", typeof(Permute), Samples, Errors);

    /// <summary>Operand axis for each result axis.</summary>
    public IReadOnlyList<int> Order => order;

    /// <inheritdoc/>
    public override string Name => "permute";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("order", order)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        var shape = inputs[0].Shape;
        var seen = new bool[shape.Rank];
        var dims = new int[shape.Rank];
        bool good = order.Length == shape.Rank;
        for (int i = 0; good && i < order.Length; i++)
        {
            good = order[i] >= 0 && order[i] < seen.Length && !seen[order[i]];
            if (good)
            {
                seen[order[i]] = true;
                dims[i] = shape[order[i]];
            }
        }

        return good
            ? [inputs[0] with { Shape = new Shape(dims) }]
            : throw Bad($"[{string.Join(", ", order)}] is not an order of the axes of {shape}.");
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        if (grads[0] is not { } g)
        {
            return [null];
        }

        var inverse = new int[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            inverse[order[i]] = i;
        }

        return [new Permute(inverse).Apply(g)];
    }

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
    {
        var shifted = new int[order.Length + 1];
        for (int i = 0; i < order.Length; i++)
        {
            shifted[i + 1] = order[i] + 1;
        }

        return [new Permute(shifted).Apply(inputs[0])];
    }

    /// <inheritdoc/>
    protected override Tensor View(Tensor x, Shape shape)
    {
        var strides = new int[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            strides[i] = x.Strides[order[i]];
        }

        return x.View(shape, strides, x.Offset);
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("transpose", new Permute(1, 0), 0, new SampleInput([5, 7])),
        new("rotate", new Permute(2, 0, 1), 0, new SampleInput([3, 4, 5])),
        new("channels last", new Permute(0, 2, 3, 1), 0, new SampleInput([2, 3, 4, 5])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("twice", () => new Permute(0, 0).Apply(Tensor.Zeros([2, 3])), "permute: [0, 0] is not an order of the axes of [2, 3]"),
        new("too few", () => new Permute(0).Apply(Tensor.Zeros([2, 3])), "permute: [0] is not an order of the axes of [2, 3]"),
    ];
}

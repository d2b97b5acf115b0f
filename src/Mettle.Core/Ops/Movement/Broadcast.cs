namespace Mettle;

/// <summary>
/// Repeats a tensor over new leading axes and axes of length 1, by NumPy's rule. Shares memory (strides of 0); its
/// transpose is a sum.
/// </summary>
public sealed class Broadcast : ViewOp
{
    private readonly Shape to;

    /// <summary>Repeats to <paramref name="to"/>.</summary>
    public Broadcast(Shape to) => this.to = to;

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("broadcast", typeof(Broadcast), Samples, Errors);

    /// <summary>The result's shape.</summary>
    public Shape To => to;

    /// <inheritdoc/>
    public override string Name => "broadcast";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("to", to)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        var from = inputs[0].Shape;
        bool good = from.Rank <= to.Rank;
        for (int i = 1; good && i <= from.Rank; i++)
        {
            good = from[^i] == to[^i] || from[^i] == 1;
        }

        return good ? [inputs[0] with { Shape = to }] : throw Bad($"{from} cannot be repeated to {to}.");
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        if (grads[0] is not { } g)
        {
            return [null];
        }

        var from = node.Inputs[0].Shape;
        int extra = to.Rank - from.Rank;
        Span<int> axes = stackalloc int[to.Rank];
        int count = 0;
        for (int i = 0; i < to.Rank; i++)
        {
            if (i < extra || (from[i - extra] == 1 && to[i] != 1))
            {
                axes[count++] = i;
            }
        }

        var sum = count == 0 ? g : new Sum(axes[..count]).Apply(g);
        return [sum.Shape == from ? sum : sum.Reshape(from)];
    }

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
    {
        // The batch axis must stay in front of the axes that broadcasting adds.
        var x = inputs[0];
        var aligned = x.Shape;
        for (int i = x.Rank - 1; i < to.Rank; i++)
        {
            aligned = aligned.Insert(1, 1);
        }

        return [new Broadcast(to.Insert(0, size)).Apply(new Reshape(aligned).Apply(x))];
    }

    /// <inheritdoc/>
    protected override Tensor View(Tensor x, Shape shape)
    {
        int extra = shape.Rank - x.Rank;
        var strides = new int[shape.Rank];
        for (int i = extra; i < shape.Rank; i++)
        {
            strides[i] = x.Shape[i - extra] == 1 && shape[i] != 1 ? 0 : x.Strides[i - extra];
        }

        return x.View(shape, strides, x.Offset);
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("row", new Broadcast([5, 7]), 0, new SampleInput([7])),
        new("column", new Broadcast([5, 7]), 0, new SampleInput([5, 1])),
        new("scalar", new Broadcast([2, 3]), 0, new SampleInput([])),
        new("middle", new Broadcast([4, 3, 2, 5]), 0, new SampleInput([3, 1, 5])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("dimension", () => new Broadcast([5, 3]).Apply(Tensor.Zeros([2])), "broadcast: [2] cannot be repeated to [5, 3]"),
    ];
}

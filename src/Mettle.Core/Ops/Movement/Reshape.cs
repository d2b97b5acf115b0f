namespace Mettle;

/// <summary>The same elements in row-major order under another shape. Shares memory where strides can say so.</summary>
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
        // The same shape asks for plain rows.
        if (!x.IsContiguous && shape != x.Shape)
        {
            Span<int> strides = stackalloc int[shape.Rank];
            if (Restride(x, shape, strides))
            {
                return x.View(shape, strides.ToArray(), x.Offset);
            }
        }

        var rows = x.RowMajor();
        return rows.View(shape, shape.RowMajorStrides(), rows.Offset);
    }

    // Groups of axes with equal numbers of elements, each one run of equal distances in the operand's memory.
    private static bool Restride(Tensor x, Shape shape, Span<int> strides)
    {
        int next = 0, placed = 0;
        while (next < x.Rank || placed < shape.Rank)
        {
            int first = next, firstPlaced = placed;
            long before = next < x.Rank ? x.Shape[next++] : 1, after = placed < shape.Rank ? shape[placed++] : 1;
            while (before != after)
            {
                if (before < after)
                {
                    before *= x.Shape[next++];
                }
                else
                {
                    after *= shape[placed++];
                }
            }

            if (!IsRun(x, first, next, out int step))
            {
                return false;
            }

            for (int i = placed - 1; i >= firstPlaced; i--)
            {
                strides[i] = step;
                step *= shape[i];
            }
        }

        return true;
    }

    private static bool IsRun(Tensor x, int first, int end, out int step)
    {
        step = 1;
        long? next = null;
        for (int i = end - 1; i >= first; i--)
        {
            if (x.Shape[i] == 1)
            {
                continue;
            }

            if (next is { } wanted && x.Strides[i] != wanted)
            {
                return false;
            }

            step = next is null ? x.Strides[i] : step;
            next = (long)x.Strides[i] * x.Shape[i];
        }

        return true;
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("merge", new Reshape([35]), 0, new SampleInput([5, 7])),
        new("split", new Reshape([2, 3, 4]), 0, new SampleInput([6, 4])),
        new("to scalar", new Reshape([]), 0, new SampleInput([1, 1])),
        new("axes of length 1", new Reshape([1, 4, 1, 3]), 0, new SampleInput([4, 1, 3, 1])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("count", () => new Reshape([5]).Apply(Tensor.Zeros([2, 3])), "reshape: [2, 3] has 6 elements, [5] needs 5"),
    ];
}

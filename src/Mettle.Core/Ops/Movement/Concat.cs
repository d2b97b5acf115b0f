namespace Mettle;

/// <summary>Tensors laid end to end along an axis; all other dimensions and the types are equal.</summary>
public sealed class Concat : Op
{
    private readonly int axis;

    /// <summary>Joins along <paramref name="axis"/> (not negative).</summary>
    public Concat(int axis) => this.axis = axis;

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("concat", typeof(Concat), Samples, Errors);

    /// <summary>The joined axis.</summary>
    public int Axis => axis;

    /// <inheritdoc/>
    public override string Name => "concat";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("axis", axis)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        if (inputs.IsEmpty)
        {
            throw Bad("needs at least one tensor.");
        }

        var first = inputs[0];
        first.Shape.Axis(axis, Name);
        int size = 0;
        foreach (var s in inputs)
        {
            if (s.DType != first.DType || s.Shape.Rank != first.Shape.Rank || s.Shape.With(axis, 0) != first.Shape.With(axis, 0))
            {
                throw Bad($"{first} and {s} differ outside axis {axis}.");
            }

            size = checked(size + s.Shape[axis]);
        }

        return [first with { Shape = first.Shape.With(axis, size) }];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        var result = new Tensor?[node.Inputs.Count];
        if (grads[0] is { } g)
        {
            int from = 0;
            for (int i = 0; i < result.Length; i++)
            {
                int to = from + node.Inputs[i].Shape[axis];
                result[i] = node.Needs(i) ? g.Narrow(axis, from, to) : null;
                from = to;
            }
        }

        return result;
    }

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
    {
        var all = new Tensor[inputs.Length];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = Batched(inputs[i], batched[i], size);
        }

        return new Concat(axis + 1).ApplyAll(all);
    }

    /// <summary>Images whose channels lie side by side keep that order: convolutions and pooling read it as it lies.</summary>
    protected internal override Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs)
    {
        bool channelsLast = specs[0].Shape.Rank > 2 && Array.TrueForAll(inputs, ChannelRows.Lies) && !Array.TrueForAll(inputs, x => x.IsContiguous);
        Tensor[] outputs = [channelsLast ? ChannelRows.Allocate(specs[0]) : Tensor.Allocate(specs[0].Shape, specs[0].DType)];
        Run(inputs, outputs);
        return outputs;
    }

    /// <inheritdoc/>
    protected override unsafe void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var y = outputs[0];
        if (JoinedRows.Fits(inputs, y, axis))
        {
            JoinedRows.Run(inputs, y, axis);
            return;
        }

        long from = 0;
        foreach (var x in inputs)
        {
            if (x.Count > 0)
            {
                CopyInto.Run(y.Pointer + (from * y.Strides[axis] * y.DType.Size()), y.Strides, x);
            }

            from += x.Shape[axis];
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("columns", new Concat(1), 0, new SampleInput([5, 7]), new SampleInput([5, 2]), new SampleInput([5, 1])),
        new("rows", new Concat(0), 0, new SampleInput([5, 7]), new SampleInput([3, 7])),
        new("middle", new Concat(1), 0, new SampleInput([2, 3, 4]), new SampleInput([2, 1, 4])),
        new("one", new Concat(0), 0, new SampleInput([3])),
        new("with empty", new Concat(0), 0, new SampleInput([0, 3]), new SampleInput([2, 3])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("shapes", () => new Concat(0).ApplyAll(Tensor.Zeros([2, 3]), Tensor.Zeros([2, 4])), "concat: f32[2, 3] and f32[2, 4] differ outside axis 0"),
        new("types", () => new Concat(0).ApplyAll(Tensor.Zeros([2]), Tensor.Zeros([2], DType.F64)), "concat: f32[2] and f64[2] differ outside axis 0"),
        new("none", () => new Concat(0).ApplyAll(), "concat: needs at least one tensor"),
        new("axis", () => new Concat(1).ApplyAll(Tensor.Zeros([2])), "concat: axis 1 is outside a tensor of shape [2]"),
    ];
}

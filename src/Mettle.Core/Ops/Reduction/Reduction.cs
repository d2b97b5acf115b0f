namespace Mettle;

/// <summary>A reduction over one or more axes, which vanish from the result.</summary>
public abstract class Reduction : Op
{
    private bool[]? marks;

    /// <summary>Reduces over <paramref name="axes"/> (not negative, each once); none given means all.</summary>
    protected Reduction(ReadOnlySpan<int> axes) => Axes = axes.ToArray();

    /// <summary>The reduced axes; empty means all.</summary>
    public IReadOnlyList<int> Axes { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("axes", Axes)];

    /// <summary>Whether an axis of length 0 has a result.</summary>
    protected virtual bool AllowsEmpty => true;

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        var shape = inputs[0].Shape;
        if (!inputs[0].DType.IsComputing() || inputs[0].DType == DType.Bool)
        {
            throw Bad($"needs f32, f64, i32 or i64, got {inputs[0]}; convert with To().");
        }

        var reduced = Reduced(shape);
        Span<int> dims = stackalloc int[shape.Rank];
        int kept = 0;
        for (int i = 0; i < shape.Rank; i++)
        {
            if (!reduced[i])
            {
                dims[kept++] = shape[i];
            }
            else if (shape[i] == 0 && !AllowsEmpty)
            {
                throw Bad($"axis {i} of {shape} is empty.");
            }
        }

        return [inputs[0] with { Shape = new Shape(dims[..kept]) }];
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(inputs[0].Shape.Count, inputs, outputs);

    /// <inheritdoc/>
    public sealed override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
    {
        var axes = new List<int>();
        var reduced = Reduced(inputs[0].Shape.Remove(0));
        for (int i = 0; i < reduced.Length; i++)
        {
            if (reduced[i])
            {
                axes.Add(i + 1);
            }
        }

        // A scalar has nothing to reduce, and "no axes" would mean all.
        return [axes.Count == 0 ? inputs[0] : Over(axes.ToArray()).Apply(inputs[0])];
    }

    /// <summary>The same reduction over other axes.</summary>
    protected abstract Reduction Over(int[] axes);

    /// <summary>Puts the reduced axes back and repeats <paramref name="reduced"/> over them.</summary>
    protected Tensor Expand(Tensor reduced, Shape to)
    {
        if (reduced.Rank == 0)
        {
            return reduced.Broadcast(to);
        }

        var gone = Reduced(to);
        Span<int> kept = stackalloc int[to.Rank];
        for (int i = 0; i < to.Rank; i++)
        {
            kept[i] = gone[i] ? 1 : to[i];
        }

        return reduced.Reshape(new Shape(kept)).Broadcast(to);
    }

    /// <summary>Which axes of <paramref name="shape"/> are reduced; not to be written.</summary>
    protected bool[] Reduced(Shape shape)
    {
        if (marks is { } known && known.Length == shape.Rank)
        {
            return known;
        }

        var gone = new bool[shape.Rank];
        if (Axes.Count == 0)
        {
            Array.Fill(gone, true);
        }

        foreach (int axis in Axes)
        {
            if (axis < 0 || axis >= gone.Length || gone[axis])
            {
                throw Bad($"axes [{string.Join(", ", Axes)}] do not fit a tensor of shape {shape}.");
            }

            gone[axis] = true;
        }

        return marks = gone;
    }
}

namespace Mettle.Graphs.Passes;

/// <summary>Softmax and layer normalisation that models spell out.</summary>
public static class Normalizations
{
    /// <summary>
    /// The graph with one op for each. In f32 an element differs from the ops one by one by at most 1e-6 times the largest of its row;
    /// a softmax without the shift by the maximum no longer overflows. Without <paramref name="fixedParameters"/> parameters count as unknown.
    /// </summary>
    public static Graph Run(Graph graph, bool fixedParameters = false) => Rewriting.Run(graph, (walk, node) => node.Op switch
    {
        Div when Softmax(walk, node) is { } y => [y],
        Softmax softmax when Unshifted(walk, node.Inputs[0], softmax.Axis) is { } x => [walk.Emit(softmax, x)],
        Div or Mul when Standardised(walk, node) is { } y => [y],
        Mul or Add when Affine(walk, node, fixedParameters) is { } y => [y],
        _ => null,
    });

    // exp(x - max) over its sum.
    private static Value? Softmax(Rewriting walk, GraphNode node)
    {
        var e = node.Inputs[0];
        if (walk.Maker(e) is not { Op: Exp } exp || walk.Uses(e) != 2 || Reduced<Sum>(walk, node.Inputs[1], e) is not { Count: 1 } axes)
        {
            return null;
        }

        var x = exp.Inputs[0];
        return walk.Emit(new Softmax(axes[0]), Unshifted(walk, x, axes[0]) ?? x);
    }

    // x of x - max(x): softmax takes the maximum away itself.
    private static Value? Unshifted(Rewriting walk, Value value, int axis)
        => walk.OnlyFor(value) is { Op: Sub } shifted && Reduced<Max>(walk, shifted.Inputs[1], shifted.Inputs[0]) is { Count: 1 } axes && axes[0] == axis
            ? shifted.Inputs[0]
            : null;

    // (x - mean) / sqrt(variance + epsilon)
    private static Value? Standardised(Rewriting walk, GraphNode node)
    {
        for (int i = 0; i < (node.Op is Div ? 1 : 2); i++)
        {
            var (centred, scale) = (node.Inputs[i], node.Inputs[1 - i]);
            if (walk.Maker(centred) is { Op: Sub } difference && walk.Uses(centred) == 3 && Deviation(walk, scale, node.Op is Mul, centred) is var (axes, epsilon)
                && Mean(walk, difference.Inputs[1], difference.Inputs[0]) is { } over && over.SequenceEqual(axes)
                && axes.SequenceEqual(Enumerable.Range(centred.Spec.Shape.Rank - axes.Count, axes.Count)))
            {
                return walk.Emit(new LayerNormalization(axes.Count, epsilon), difference.Inputs[0]);
            }
        }

        return null;
    }

    // Axes and epsilon of sqrt(mean(centred^2) + epsilon), or of 1 over it, repeated to the shape of centred.
    private static (List<int> Axes, double Epsilon)? Deviation(Rewriting walk, Value value, bool inverse, Value centred)
    {
        var (v, kept) = Repeated(walk, value);
        if (inverse)
        {
            if (walk.OnlyFor(v) is not { Op: Div } reciprocal || reciprocal.Inputs[0].Uniform() is not 1)
            {
                return null;
            }

            v = reciprocal.Inputs[1];
        }

        if (walk.OnlyFor(v) is not { Op: Sqrt } root || walk.OnlyFor(root.Inputs[0]) is not { Op: Add } sum)
        {
            return null;
        }

        int constant = sum.Inputs[1].Constant is null ? 0 : 1;
        if (sum.Inputs[constant].Uniform() is not { } epsilon || !(epsilon >= 0))
        {
            return null;
        }

        var variance = sum.Inputs[1 - constant];
        return MeanOf(walk, variance, centred.Spec.Shape, kept ?? v.Spec.Shape) is var (squares, axes)
            && walk.OnlyFor(squares) is { Op: Mul } square && ReferenceEquals(square.Inputs[0], centred) && ReferenceEquals(square.Inputs[1], centred)
            ? (axes, epsilon)
            : null;
    }

    // Axes of the mean of x, repeated to its shape.
    private static List<int>? Mean(Rewriting walk, Value value, Value x)
    {
        var (v, kept) = Repeated(walk, value);
        return MeanOf(walk, v, x.Spec.Shape, kept ?? v.Spec.Shape) is var (of, axes) && ReferenceEquals(of, x) ? axes : null;
    }

    // What a sum over axes, divided by their size, was taken of; 'kept' must be its shape with those axes as 1.
    private static (Value Of, List<int> Axes)? MeanOf(Rewriting walk, Value value, Shape whole, Shape kept)
    {
        double number = 1;
        for (var node = walk.OnlyFor(value); node is not null; node = walk.OnlyFor(value))
        {
            switch (node.Op)
            {
                case Reshape:
                    break;
                case Mul when node.Inputs[1].Uniform() is { } factor:
                    number *= factor;
                    break;
                case Div when node.Inputs[1].Uniform() is { } divisor:
                    number /= divisor;
                    break;
                case Sum sum when node.Inputs[0].Spec.Shape == whole && Axes(sum, whole) is var axes:
                    double count = axes.Aggregate(1.0, (n, a) => n * whole[a]);
                    return Kept(whole, axes) == kept && KnownValues.IsAbout(number * count, 1) ? (node.Inputs[0], axes) : null;
                default:
                    return null;
            }

            value = node.Inputs[0];
        }

        return null;
    }

    // Axes of a reduction of x, repeated to its shape.
    private static List<int>? Reduced<TReduction>(Rewriting walk, Value value, Value x)
        where TReduction : Reduction
    {
        var (v, kept) = Repeated(walk, value);
        while (walk.OnlyFor(v) is { Op: Reshape } reshape)
        {
            kept ??= v.Spec.Shape;
            v = reshape.Inputs[0];
        }

        return walk.OnlyFor(v) is { Op: TReduction reduction } node && ReferenceEquals(node.Inputs[0], x)
            && Axes(reduction, x.Spec.Shape) is var axes && (kept ?? v.Spec.Shape) == Kept(x.Spec.Shape, axes)
            ? axes
            : null;
    }

    // What was repeated, and its shape just before.
    private static (Value Value, Shape? Before) Repeated(Rewriting walk, Value value)
        => walk.OnlyFor(value) is { Op: Broadcast } repeat ? (repeat.Inputs[0], repeat.Inputs[0].Spec.Shape) : (value, null);

    private static List<int> Axes(Reduction reduction, Shape shape)
        => [.. (reduction.Axes.Count == 0 ? Enumerable.Range(0, shape.Rank) : reduction.Axes).Order()];

    private static Shape Kept(Shape shape, List<int> axes)
    {
        foreach (int axis in axes)
        {
            shape = shape.With(axis, 1);
        }

        return shape;
    }

    // Weight and bias of a layer normalisation that has none.
    private static Value? Affine(Rewriting walk, GraphNode node, bool fixedParameters)
    {
        for (int i = 0; i < 2; i++)
        {
            if (walk.OnlyFor(node.Inputs[i]) is { Op: LayerNormalization op } norm && norm.Inputs.Count == (node.Op is Mul ? 1 : 2)
                && ReferenceEquals(norm.Outputs[0], node.Inputs[i]) && norm.Outputs.Skip(1).All(v => walk.Uses(v) == 0)
                && node.Inputs[1 - i].Inner(op.Axes, fixedParameters) is { } row)
            {
                return walk.Emit(op, [.. norm.Inputs, Rewriting.Constant(row, node.Inputs[1 - i].Name)]);
            }
        }

        return null;
    }
}

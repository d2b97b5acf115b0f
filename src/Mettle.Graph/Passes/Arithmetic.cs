namespace Mettle.Graphs.Passes;

/// <summary>Arithmetic with known numbers: what changes nothing goes, powers become products and roots, factors become one.</summary>
public static class Arithmetic
{
    /// <summary>
    /// The graph with the cheaper ops. Powers of 2, 3, 1/2, -1 and -1/2 are within 3 units in the last place of pow, except that roots of
    /// -infinity are NaN and of -0 are -0; two factors made one round once less; a sum of one element or with 0 may keep a negative zero.
    /// With <paramref name="sameBits"/> only what gives the same bits.
    /// </summary>
    public static Graph Run(Graph graph, bool sameBits = false)
        => Rewriting.Run(graph, (walk, node) => (Unchanged(node, sameBits) ?? Cheaper(walk, node, sameBits)) is { } value ? [value] : null);

    // The operand that is the result.
    private static Value? Unchanged(GraphNode node, bool sameBits)
    {
        bool Is(int side, double number) => node.Inputs[side].Uniform() == number;
        bool zeros = !sameBits || !node.Inputs[0].Spec.DType.IsFloat();
        return node.Op switch
        {
            Mul or Div or Pow when Is(1, 1) => node.Inputs[0],
            Mul when Is(0, 1) => node.Inputs[1],
            Add or Sub when zeros && Is(1, 0) => node.Inputs[0],
            Add when zeros && Is(0, 0) => node.Inputs[1],
            Maximum when Is(1, double.NegativeInfinity) => node.Inputs[0],
            Maximum when Is(0, double.NegativeInfinity) => node.Inputs[1],
            Minimum when Is(1, double.PositiveInfinity) => node.Inputs[0],
            Minimum when Is(0, double.PositiveInfinity) => node.Inputs[1],
            _ => null,
        };
    }

    private static Value? Cheaper(Rewriting walk, GraphNode node, bool sameBits) => node.Op switch
    {
        Pow when node.Inputs[1].Uniform() is { } exponent => Power(walk, node.Inputs[0], exponent, sameBits),
        Mul when !node.Inputs[0].Spec.DType.IsFloat() => node.Inputs.FirstOrDefault(v => v.Uniform() == 0),
        Mul when !sameBits => Factor(walk, node),
        Sum or Max or Min when (node.Op is not Sum || !sameBits) && node.Inputs[0].Spec.Shape.Count == node.Outputs[0].Spec.Shape.Count
            => walk.Emit(new Reshape(node.Outputs[0].Spec.Shape), node.Inputs[0]),
        _ => null,
    };

    // x c d as x (c d); folding computes c d.
    private static Value? Factor(Rewriting walk, GraphNode node)
    {
        for (int side = 0; side < 2; side++)
        {
            if (IsFactor(node.Inputs[side]) && walk.OnlyFor(node.Inputs[1 - side]) is { Op: Mul } inner && inner.Inputs.FirstOrDefault(IsFactor) is { } factor)
            {
                var x = ReferenceEquals(inner.Inputs[0], factor) ? inner.Inputs[1] : inner.Inputs[0];
                return walk.Emit(Mul.Instance, x, walk.Emit(Mul.Instance, factor, node.Inputs[side]));
            }
        }

        return null;
    }

    private static bool IsFactor(Value value) => value.Known(fixedParameters: false) is not null;

    private static Value? Power(Rewriting walk, Value x, double exponent, bool sameBits) => exponent switch
    {
        _ when sameBits => null,
        2 => walk.Emit(Mul.Instance, x, x),
        3 => walk.Emit(Mul.Instance, walk.Emit(Mul.Instance, x, x), x),
        0.5 => walk.Emit(Sqrt.Instance, x),
        -1 => walk.Emit(Div.Instance, One(x.Spec), x),
        -0.5 => walk.Emit(Div.Instance, One(x.Spec), walk.Emit(Sqrt.Instance, x)),
        _ => null,
    };

    private static Value One(TensorSpec spec) => Rewriting.Constant(Tensor.Scalar(1, spec.DType).Broadcast(spec.Shape));
}

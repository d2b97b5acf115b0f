namespace Mettle.Graphs.Passes;

/// <summary>Powers with a known exponent as products and roots; factors and divisors of 1 go.</summary>
public static class Arithmetic
{
    /// <summary>
    /// The graph with the cheaper ops. Powers of 2, 3, 1/2, -1 and -1/2: within 3 units in the last place of pow, except that roots of
    /// -infinity are NaN and of -0 are -0. With <paramref name="sameBits"/> only factors, divisors and exponents of 1.
    /// </summary>
    public static Graph Run(Graph graph, bool sameBits = false) => Rewriting.Run(graph, (walk, node) => node.Op switch
    {
        Mul when node.Inputs[1].Uniform() is 1 => [node.Inputs[0]],
        Mul when node.Inputs[0].Uniform() is 1 => [node.Inputs[1]],
        Div when node.Inputs[1].Uniform() is 1 => [node.Inputs[0]],
        Pow when node.Inputs[1].Uniform() is { } exponent && Power(walk, node.Inputs[0], exponent, sameBits) is { } power => [power],
        _ => null,
    });

    private static Value? Power(Rewriting walk, Value x, double exponent, bool sameBits) => exponent switch
    {
        1 => x,
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

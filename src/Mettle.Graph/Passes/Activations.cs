namespace Mettle.Graphs.Passes;

/// <summary>Activations that models spell out: SiLU, and GELU by erf and by tanh.</summary>
public static class Activations
{
    /// <summary>
    /// The graph with one op for each. In f32 an element differs by at most 4e-7 max(1, |x|) from the ops one by one, whose own rounding
    /// is most of that.
    /// </summary>
    public static Graph Run(Graph graph) => Rewriting.Run(graph, (walk, node) =>
    {
        if (node.Op is not (Mul or Div))
        {
            return null;
        }

        var (number, factors) = Factors(walk, node);
        if (factors.Count != 2)
        {
            return null;
        }

        // A result that is stored for others is computed anyway, by what is there.
        for (int i = 0; i < 2; i++)
        {
            var (x, gate) = (factors[i], walk.OnlyFor(factors[1 - i]));
            if (gate is { Op: Sigmoid } && ReferenceEquals(gate.Inputs[0], x) && number == 1)
            {
                return [walk.Emit(Silu.Instance, x)];
            }

            if (gate is { Op: Add } && KnownValues.IsAbout(number, 0.5) && OneMore(gate) is { } inner && walk.OnlyFor(inner) is { } curve)
            {
                Op? op = curve.Op switch
                {
                    Erf when IsScaled(walk, curve.Inputs[0], x) => Gelu.Instance,
                    Tanh when IsCubic(walk, curve.Inputs[0], x) => GeluTanh.Instance,
                    _ => null,
                };
                return op is null ? null : [walk.Emit(op, x)];
            }
        }

        return null;
    });

    // v of v + 1.
    private static Value? OneMore(GraphNode sum)
        => sum.Inputs[1].Uniform() is 1 ? sum.Inputs[0] : sum.Inputs[0].Uniform() is 1 ? sum.Inputs[1] : null;

    // x / sqrt(2)
    private static bool IsScaled(Rewriting walk, Value v, Value x)
    {
        var (number, factors) = Factors(walk, v);
        return factors.Count == 1 && ReferenceEquals(factors[0], x) && KnownValues.IsAbout(number, Math.Sqrt(0.5));
    }

    // sqrt(2 / pi) (x + 0.044715 x^3), or with x taken out.
    private static bool IsCubic(Rewriting walk, Value v, Value x)
    {
        var (number, factors) = Factors(walk, v);
        if (!KnownValues.IsAbout(number, Math.Sqrt(2 / Math.PI)) || factors.Find(f => !ReferenceEquals(f, x)) is not { } rest
            || walk.OnlyFor(rest) is not { Op: Add } sum)
        {
            return false;
        }

        if (factors.Count == 1)
        {
            return IsPower(walk, sum.Inputs[0], x, 3) ? ReferenceEquals(sum.Inputs[1], x) : ReferenceEquals(sum.Inputs[0], x) && IsPower(walk, sum.Inputs[1], x, 3);
        }

        return factors.Count == 2 && factors.Exists(f => ReferenceEquals(f, x)) && OneMore(sum) is { } square && IsPower(walk, square, x, 2);
    }

    // 0.044715 x^n
    private static bool IsPower(Rewriting walk, Value v, Value x, int exponent)
    {
        var (number, factors) = Factors(walk, v);
        return factors.Count == exponent && factors.TrueForAll(f => ReferenceEquals(f, x)) && KnownValues.IsAbout(number, 0.044715);
    }

    private static (double Number, List<Value> Factors) Factors(Rewriting walk, Value value)
        => walk.OnlyFor(value) is { Op: Mul or Div } node ? Factors(walk, node) : (1, [value]);

    // A tree of products and divisions by numbers, read by nothing else, as a number and factors.
    private static (double Number, List<Value> Factors) Factors(Rewriting walk, GraphNode node)
    {
        double number = 1;
        var factors = new List<Value>();
        for (int i = 0; i < 2; i++)
        {
            if (node.Inputs[i].Uniform() is { } constant && (node.Op is Mul || i == 1))
            {
                number = node.Op is Mul ? number * constant : number / constant;
            }
            else if (node.Op is Div && i == 1)
            {
                return (1, [node.Outputs[0]]);
            }
            else
            {
                var (more, inner) = Factors(walk, node.Inputs[i]);
                number *= more;
                factors.AddRange(inner);
            }
        }

        return (number, factors);
    }
}

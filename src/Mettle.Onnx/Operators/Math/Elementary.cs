namespace Mettle.Onnx;

/// <summary>Functions of one operand from mathematics, and clipping.</summary>
internal static class Elementary
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Abs", c => c.Result(c.Type(0) == ElementType.U64 ? c.Number(0) : c.Number(0).Abs())),
        Operator.Of("Neg", c => c.Result(-c.Number(0))),
        Operator.Of("Sign", Sign),
        Operator.Of("Floor", c => c.Result(c.Number(0).Floor())),
        Operator.Of("Ceil", c => c.Result(-(-c.Number(0)).Floor())),
        Operator.Of("Round", c => c.Result(c.Number(0).Round())),
        Operator.Of("Sqrt", c => c.Result(c.Number(0).Sqrt())),
        Operator.Of("Reciprocal", c => c.Result(1 / c.Number(0))),
        Operator.Of("Exp", c => c.Result(c.Number(0).Exp())),
        Operator.Of("Log", c => c.Result(c.Number(0).Log())),
        Operator.Of("Erf", c => c.Result(c.Number(0).Erf())),
        Operator.Of("Sin", c => c.Result(c.Number(0).Sin())),
        Operator.Of("Cos", c => c.Result(c.Number(0).Cos())),
        Operator.Of("Tan", c => Wide(c, x => x.Sin() / x.Cos())),
        Operator.Of("Asin", c => Wide(c, x => (x / ((1 - x) * (1 + x)).Sqrt()).Atan())),
        Operator.Of("Acos", c => Wide(c, x => 2 * ((1 - x) / (1 + x)).Sqrt().Atan())),
        Operator.Of("Atan", c => c.Result(c.Number(0).Atan())),
        Operator.Of("Sinh", c => Wide(c, x => (x.Exp() - (-x).Exp()) / 2)),
        Operator.Of("Cosh", c => Wide(c, x => (x.Exp() + (-x).Exp()) / 2)),
        Operator.Of("Asinh", c => Wide(c, AreaSine)),
        Operator.Of("Acosh", c => Wide(c, x => (x + ((x - 1) * (x + 1)).Sqrt()).Log())),
        Operator.Of("Atanh", c => Wide(c, x => ((1 + x) / (1 - x)).Log() / 2)),
        Operator.Of("IsNaN", c => Truth(!Same(c.Number(0)))),
        Operator.Of("IsInf", c => Truth(Infinite(c))),
        Operator.Of("Clip", Clip),
        Operator.Of("Det", c => c.Result(Determinant(c))),
    ];

    private static TensorValue Truth(Tensor holds) => new(holds, ElementType.Bool);

    // In float64, where small differences of large numbers still have the digits that f32 asks for.
    private static TensorValue Wide(Call c, Func<Tensor, Tensor> function)
    {
        var x = c.Number(0);
        return c.Result(function(x.To(DType.F64)).To(x.DType));
    }

    // By the magnitude where a negative x would cancel; near 0 without, since the magnitude has no slope there.
    private static Tensor AreaSine(Tensor x)
    {
        var root = ((x * x) + 1).Sqrt();
        return Tensor.Where(x.Abs() < 1, (Tensor.Maximum(x, Tensor.Scalar(-1, x.DType)) + root).Log(), x.Sign() * (x.Abs() + root).Log());
    }

    private static TensorValue Sign(Call c)
    {
        var x = c.Number(0);
        return c.Result(
            x.DType.IsFloat() ? x.Sign()
            : c.Type(0) == ElementType.U64 ? (!x.EqualTo(0)).To(x.DType)
            : Integers.Sign(x));
    }

    private static Tensor Same(Tensor x) => x.EqualTo(x);

    private static Tensor Infinite(Call c)
    {
        var x = c.Number(0);
        bool up = c.Flag("detect_positive", true), down = c.Flag("detect_negative", true);
        return up && down ? x.Abs().EqualTo(double.PositiveInfinity)
            : up ? x.EqualTo(double.PositiveInfinity)
            : down ? x.EqualTo(double.NegativeInfinity)
            : Tensor.Zeros(x.Shape, DType.Bool);
    }

    // The bounds were attributes before version 11.
    private static TensorValue Clip(Call c)
    {
        var x = Arithmetic.Ordered(c, 0);
        Tensor? Bound(int input, string attribute)
            => c.Opset >= 11 ? (c.Has(input) ? Arithmetic.Ordered(c, input).Reshape(new Shape()) : null)
            : c.HasAttribute(attribute) ? Tensor.Scalar(c.Float(attribute, 0), x.DType)
            : null;
        x = Bound(1, "min") is { } low ? Tensor.Maximum(x, low) : x;
        x = Bound(2, "max") is { } high ? Tensor.Minimum(x, high) : x;
        return Arithmetic.Unordered(c, x);
    }

    // Gaussian elimination with the largest pivot of each column; a column of zeros makes the product 0.
    private static Tensor Determinant(Call c)
    {
        var x = c.Number(0);
        if (x.Rank < 2 || x.Shape[^1] != x.Shape[^2])
        {
            throw c.Bad($"a determinant is one of square matrices, not {x.Shape}.");
        }

        int n = x.Shape[^1];
        var lead = new Shape(x.Shape.Dims[..^2]);
        var rest = x.Reshape(new Shape([checked((int)lead.Count), n, n]));
        var product = Tensor.Ones([rest.Shape[0]], x.DType);
        for (int left = n; left > 0; left--)
        {
            var row = rest.Narrow(2, 0, 1).Abs().Detach().ArgMax(1).Unsqueeze(2);
            var pivots = rest.Gather(1, row.Broadcast(new Shape([rest.Shape[0], 1, left])));
            var pivot = pivots.Narrow(2, 0, 1);
            var sign = Tensor.Where(row.EqualTo(0), 1, Tensor.Full(row.Shape, -1, x.DType));
            product *= (pivot * sign).Reshape(product.Shape);
            var chosen = Tensor.Arange(left).Reshape(1, left, 1).EqualTo(row);
            var swapped = Tensor.Where(chosen, rest.Narrow(1, 0, 1), rest).Narrow(1, 1);
            var factor = swapped.Narrow(2, 0, 1) / Tensor.Where(pivot.EqualTo(0), 1, pivot);
            rest = (swapped - (factor * pivots)).Narrow(2, 1);
        }

        return product.Reshape(lead);
    }
}

namespace Mettle.Onnx;

/// <summary>Sums, products, comparisons, logic and bits of broadcast operands.</summary>
internal static class Arithmetic
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Add", c => c.Result(c.Number(0) + c.Number(1))),
        Operator.Of("Sub", c => c.Result(c.Number(0) - c.Number(1))),
        Operator.Of("Mul", c => c.Result(c.Number(0) * c.Number(1))),
        Operator.Of("Div", Divide),
        Operator.Of("Mod", Modulo),
        Operator.Of("Pow", Power),
        Operator.Of("Sum", c => c.Result(Fold(c, c.Number, (a, b) => a + b))),
        Operator.Of("Mean", c => c.Result(Fold(c, c.Number, (a, b) => a + b) / c.Count)),
        Operator.Of("Max", c => Unordered(c, Fold(c, i => Ordered(c, i), Tensor.Maximum))),
        Operator.Of("Min", c => Unordered(c, Fold(c, i => Ordered(c, i), Tensor.Minimum))),
        Operator.Of("Equal", Equal),
        Operator.Of("Less", c => Truth(Ordered(c, 0) < Ordered(c, 1))),
        Operator.Of("LessOrEqual", c => Truth(Ordered(c, 0) <= Ordered(c, 1))),
        Operator.Of("Greater", c => Truth(Ordered(c, 0) > Ordered(c, 1))),
        Operator.Of("GreaterOrEqual", c => Truth(Ordered(c, 0) >= Ordered(c, 1))),
        Operator.Of("And", c => Truth(c.Tensor(0) & c.Tensor(1))),
        Operator.Of("Or", c => Truth(c.Tensor(0) | c.Tensor(1))),
        Operator.Of("Xor", c => Truth(!c.Tensor(0).EqualTo(c.Tensor(1)))),
        Operator.Of("Not", c => Truth(!c.Tensor(0))),
        Operator.Of("Where", Where),
        Operator.Of("BitShift", Shift),
        Operator.Of("BitwiseAnd", c => c.Result(Integers.Each(c.Tensor(0), c.Tensor(1), (a, b) => a & b))),
        Operator.Of("BitwiseOr", c => c.Result(Integers.Each(c.Tensor(0), c.Tensor(1), (a, b) => a | b))),
        Operator.Of("BitwiseXor", c => c.Result(Integers.Each(c.Tensor(0), c.Tensor(1), (a, b) => a ^ b))),
        Operator.Of("BitwiseNot", c => c.Result(-1 - c.Number(0))),
    ];

    /// <summary>Input <paramref name="i"/> in the type of computing, in a form in which signed comparisons order it.</summary>
    public static Tensor Ordered(Call c, int i) => c.Type(i) == ElementType.U64 ? Integers.Flip(c.Number(i)) : c.Number(i);

    /// <summary>What <see cref="Ordered"/> gave, back in the type of input 0.</summary>
    public static TensorValue Unordered(Call c, Tensor x) => c.Result(c.Type(0) == ElementType.U64 ? Integers.Flip(x) : x);

    private static TensorValue Truth(Tensor holds) => new(holds, ElementType.Bool);

    private static Tensor Fold(Call c, Func<int, Tensor> operand, Func<Tensor, Tensor, Tensor> combine)
    {
        var all = operand(0);
        for (int i = 1; i < c.Count; i++)
        {
            all = combine(all, operand(i));
        }

        return all;
    }

    private static TensorValue Divide(Call c)
    {
        var (a, b) = (c.Number(0), c.Number(1));
        return c.Result(
            a.DType.IsFloat() ? a / b
            : c.Type(0) == ElementType.U64 ? Integers.Each(a, b, (x, y) => y == 0 ? 0 : (long)((ulong)x / (ulong)y))
            : Integers.Quotient(a, b));
    }

    private static TensorValue Modulo(Call c)
    {
        var (a, b) = (c.Number(0), c.Number(1));
        if (c.Type(0) == ElementType.U64)
        {
            return c.Result(Integers.Each(a, b, (x, y) => y == 0 ? 0 : (long)((ulong)x % (ulong)y)));
        }

        bool likeDividend = c.Flag("fmod");
        return c.Result(
            !a.DType.IsFloat() ? likeDividend ? Integers.Remainder(a, b) : Integers.Modulo(a, b)
            : likeDividend ? Remainder(a, b)
            : throw c.Bad("fractions need fmod = 1."));
    }

    // In float64, so that the quotient's whole part is right up to 2^29; what rounding up of the quotient took too much comes back.
    private static Tensor Remainder(Tensor a, Tensor b)
    {
        var (x, y) = (a.To(DType.F64), b.To(DType.F64));
        var quotient = (x / y).Detach();
        var rest = x - (quotient.Sign() * quotient.Abs().Floor() * y);
        rest = Tensor.Where(rest * x < 0, rest + (x.Sign() * y.Abs()), rest);
        return Tensor.Where(x.IsFinite() & y.Abs().EqualTo(double.PositiveInfinity), x, rest).To(a.DType);
    }

    private static TensorValue Power(Call c)
    {
        var (a, b) = (c.Number(0), c.Number(1));
        if (a.DType.IsFloat())
        {
            return c.Result(a.Pow(b.To(a.DType)));
        }

        if (!b.DType.IsFloat())
        {
            return c.Result(Integers.Each(a, b, Integers.Power));
        }

        // A whole power is a whole number, which the exponential only comes close to.
        var exponent = b.To(DType.F64);
        var power = a.To(DType.F64).Pow(exponent);
        return c.Result(Tensor.Where(exponent.EqualTo(exponent.Floor()), power.Round(), power).To(a.DType));
    }

    private static TensorValue Equal(Call c)
    {
        if (c.Value(0) is not TextValue a || c.Value(1) is not TextValue b)
        {
            return Truth(c.Number(0).EqualTo(c.Number(1)));
        }

        var shape = Shape.Broadcast(a.Shape, b.Shape, "equal");
        return Truth(Tensor.From([.. a.Broadcast(shape).Texts.Zip(b.Broadcast(shape).Texts, (x, y) => string.Equals(x, y, StringComparison.Ordinal))], shape));
    }

    private static OnnxValue Where(Call c)
    {
        var condition = c.Tensor(0);
        if (c.Value(1) is not TextValue a || c.Value(2) is not TextValue b)
        {
            return new TensorValue(Tensor.Where(condition, c.Tensor(1), c.Tensor(2)), c.Type(1));
        }

        var shape = Shape.Broadcast(condition.Shape, Shape.Broadcast(a.Shape, b.Shape, "where"), "where");
        bool[] first = condition.Broadcast(shape).ToArray<bool>();
        var (x, y) = (a.Broadcast(shape).Texts, b.Broadcast(shape).Texts);
        return new TextValue([.. first.Select((f, i) => f ? x[i] : y[i])], shape);
    }

    private static TensorValue Shift(Call c)
    {
        int bits = 8 * c.Tensor(0).DType.Size();
        return c.Result(c.Text("direction", "") switch
        {
            "LEFT" => Integers.Each(c.Tensor(0), c.Tensor(1), (x, by) => (ulong)by < (ulong)bits ? x << (int)by : 0),
            "RIGHT" => Integers.Each(c.Tensor(0), c.Tensor(1), (x, by) => (ulong)by < (ulong)bits ? (long)((ulong)x >> (int)by) : 0),
            var other => throw c.Bad($"the direction must be LEFT or RIGHT, not {OnnxException.Quote(other)}."),
        });
    }
}

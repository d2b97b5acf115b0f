namespace Mettle.Onnx;

/// <summary>Arithmetic of whole numbers that floats have no use for.</summary>
internal static class Integers
{
    /// <summary>
    /// a / b of i32 or i64 without its fraction; 0 where b is 0. By way of float64, whose quotient is off by less than one
    /// part in 2^52, and two corrections with exact remainders.
    /// </summary>
    public static Tensor Quotient(Tensor a, Tensor b)
    {
        var whole = Divided(a, b);
        if (a.DType == DType.I64)
        {
            whole += Divided(a - (whole * b), b);
            var rest = a - (whole * b);
            var sign = Sign(a) * Sign(b);
            var over = Sign(rest) * Sign(a) < 0;
            whole = Tensor.Where(over, whole - sign, whole);
            rest = a - (whole * b);
            var under = rest.Abs() >= b.Abs();
            whole = Tensor.Where(under, whole + sign, whole);
        }

        return Tensor.Where(b.EqualTo(0), 0, whole);
    }

    /// <summary>What <see cref="Quotient"/> leaves: its sign is that of a.</summary>
    public static Tensor Remainder(Tensor a, Tensor b) => a - (Quotient(a, b) * b);

    /// <summary>The remainder with the sign of b.</summary>
    public static Tensor Modulo(Tensor a, Tensor b)
    {
        var rest = Remainder(a, b);
        return Tensor.Where(Sign(rest) * Sign(b) < 0, rest + b, rest);
    }

    /// <summary>-1, 0 or 1.</summary>
    public static Tensor Sign(Tensor x) => (x > 0).To(x.DType) - (x < 0).To(x.DType);

    /// <summary>64-bit patterns of unsigned numbers so that signed comparisons order them; its own inverse.</summary>
    public static Tensor Flip(Tensor x) => x + Tensor.From([long.MinValue], []);

    /// <summary>Element by element on 64-bit patterns; broadcasts.</summary>
    public static Tensor Each(Tensor a, Tensor b, Func<long, long, long> function)
    {
        var shape = Shape.Broadcast(a.Shape, b.Shape, "broadcast");
        long[] x = a.To(DType.I64).Broadcast(shape).ToArray<long>(), y = b.To(DType.I64).Broadcast(shape).ToArray<long>();
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = function(x[i], y[i]);
        }

        return Tensor.From(x, shape);
    }

    /// <summary>a to the power of b, modulo 2^64; the fraction of a negative power is cut off.</summary>
    public static long Power(long a, long b)
    {
        if (b < 0)
        {
            return a == 1 || (a == -1 && (b & 1) == 0) ? 1 : a == -1 ? -1 : 0;
        }

        long power = 1;
        for (; b > 0; b >>= 1)
        {
            power = (b & 1) == 1 ? unchecked(power * a) : power;
            a = unchecked(a * a);
        }

        return power;
    }

    // An i64 beyond 2^63 saturates, which the corrections mend.
    private static Tensor Divided(Tensor a, Tensor b) => (a.To(DType.F64) / b.To(DType.F64)).To(a.DType);
}

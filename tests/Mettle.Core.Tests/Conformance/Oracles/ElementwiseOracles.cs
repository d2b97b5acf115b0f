namespace Mettle.Core.Tests.Conformance.Oracles;

/// <summary>Functions of the elements at one place, by the platform's float64 mathematics.</summary>
internal static class ElementwiseOracles
{
    public static IEnumerable<KeyValuePair<string, Oracle>> All { get; } =
    [
        Unary("abs", Math.Abs),
        Unary("cos", Math.Cos),
        Unary("atan", Math.Atan),
        Unary("erf", ErrorFunction.Erf),
        Unary("exp", Math.Exp),
        Unary("floor", Math.Floor),
        Unary("log", Math.Log),
        Unary("neg", x => -x),
        Unary("relu", x => x <= 0 ? 0 : x),
        Unary("round", x => Math.Round(x, MidpointRounding.ToEven)),
        Unary("sigmoid", x => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x))),
        Unary("sign", x => x > 0 ? 1 : x < 0 ? -1 : x),
        Unary("sin", Math.Sin),
        Unary("softplus", x => Math.Max(x, 0) + LogOnePlus(Math.Exp(-Math.Abs(x)))),
        Unary("sqrt", Math.Sqrt),
        Unary("stop_gradient", x => x),
        Unary("tanh", Math.Tanh),
        Binary("add", (a, b) => a + b),
        Binary("div", (a, b) => a / b),
        Binary("maximum", (a, b) => double.IsNaN(a) || double.IsNaN(b) ? double.NaN : Math.Max(a, b)),
        Binary("minimum", (a, b) => double.IsNaN(a) || double.IsNaN(b) ? double.NaN : Math.Min(a, b)),
        Binary("mul", (a, b) => a * b),
        Binary("pow", Math.Pow),
        Binary("sub", (a, b) => a - b),
        Predicate("equal", (a, b) => a == b),
        Predicate("less", (a, b) => a < b),
        Predicate("less_equal", (a, b) => a <= b),
        Binary("and", (a, b) => a * b),
        Binary("or", Math.Max),
        Unary("not", x => 1 - x),
        new("where", (_, x) => [NdArray.From(x[0].Shape, x[1].Type, i => x[0][i] != 0 ? x[1][i] : x[2][i])]),
        new("cast", (op, x) => [NdArray.From(x[0].Shape, ((Cast)op).To, i => Converted(x[0][i], ((Cast)op).To))]),
    ];

    /// <summary>log(1 + x) by Kahan's correction: the rounding of 1 + x cancels.</summary>
    public static double LogOnePlus(double x) => 1 + x is var w && w == 1 ? x : Math.Log(w) * (x / (w - 1));

    /// <summary>The value an element of <paramref name="type"/> takes: saturating truncation for integers, NaN to 0.</summary>
    public static double Converted(double x, DType type) => type switch
    {
        DType.F32 => (float)x,
        DType.F64 => x,
        DType.Bool => x != 0 ? 1 : 0,
        DType.I32 => double.IsNaN(x) ? 0 : Math.Clamp(Math.Truncate(x), int.MinValue, int.MaxValue),
        DType.I64 => double.IsNaN(x) ? 0 : Math.Clamp(Math.Truncate(x), long.MinValue, long.MaxValue),
        _ => throw new ArgumentException($"No oracle converts to {type.Label()}."),
    };

    private static KeyValuePair<string, Oracle> Unary(string name, Func<double, double> f)
        => new(name, (_, x) => [NdArray.From(x[0].Shape, x[0].Type, i => f(x[0][i]))]);

    private static KeyValuePair<string, Oracle> Binary(string name, Func<double, double, double> f)
        => new(name, (_, x) => [NdArray.From(x[0].Shape, x[0].Type, i => f(x[0][i], x[1][i]))]);

    private static KeyValuePair<string, Oracle> Predicate(string name, Func<double, double, bool> f)
        => new(name, (_, x) => [NdArray.From(x[0].Shape, DType.Bool, i => f(x[0][i], x[1][i]) ? 1 : 0)]);
}

namespace Mettle.Onnx;

/// <summary>Sums, products, comparisons, logic and bits of broadcast operands.</summary>
internal static class Arithmetic
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Add", c => c.Result(c.Number(0) + c.Number(1))),
        Operator.Of("Sub", c => c.Result(c.Number(0) - c.Number(1))),
        Operator.Of("Mul", c => c.Result(c.Number(0) * c.Number(1))),
    ];
}

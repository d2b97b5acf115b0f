using System.Globalization;
using Mettle.Core.Tests.Conformance.Oracles;

namespace Mettle.Core.Tests.Conformance;

/// <summary>
/// NaN, infinities, signed zeros, subnormals and the ends of the range through every function of one or two elements:
/// the same class and sign as IEEE 754 (the platform's float64 functions) says, finite values within the tolerance.
/// </summary>
[NoLeaks]
public sealed class SpecialValueTests
{
    private static readonly double[] Singles =
    [
        0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 1e-3, 10, -10, 88.7, -88.7, 100, -104, 1e10, -1e10, 1e20, 1e-20,
        float.Epsilon, -float.Epsilon, 1e-40f, -1e-40f, 1.17549435e-38f, float.MaxValue, float.MinValue,
        double.PositiveInfinity, double.NegativeInfinity, double.NaN,
    ];

    private static readonly double[] Doubles =
    [
        .. Singles, double.Epsilon, -double.Epsilon, 1e-310, 2.2250738585072014e-308, double.MaxValue, double.MinValue, 709.7, -745, -746,
    ];

    public static IEnumerable<TheoryDataRow<string, DType>> Rows
        => from info in OpTable.All
           where info.Type.IsSubclassOf(typeof(UnaryOp)) || info.Type.IsSubclassOf(typeof(BinaryOp)) || info.Type.IsSubclassOf(typeof(CompareOp)) || info.Type == typeof(Relu)
           from type in new[] { DType.F32, DType.F64 }
           select new TheoryDataRow<string, DType>(info.Name, type);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Apply_SpecialValues_FollowsIeee(string op, DType type)
    {
        using var scope = MemoryScope.Begin();
        var row = Table.Row(op).Samples().First();
        double[] values = type == DType.F32 ? Array.ConvertAll(Singles, x => (double)(float)x) : Doubles;
        bool two = row.Inputs.Length == 2;
        double[] left = two ? [.. values.SelectMany(x => values.Select(_ => x))] : values;
        double[] right = [.. values.SelectMany(_ => values)];
        Tensor[] inputs = two ? [Draw.Make(left, [left.Length], type), Draw.Make(right, [right.Length], type)] : [Draw.Make(left, [left.Length], type)];
        double[] expected = OracleTable.Run(op, row.Op, [.. inputs.Select(NdArray.Of)])[0].Values;
        double[] actual = NdArray.Of(row.Op.ApplyAll(inputs)[0]).Values;
        double tolerance = type == DType.F32 ? row.Tolerance : 1e-12;
        var wrong = Enumerable.Range(0, left.Length).Where(i => !Fits(expected[i], actual[i], type, tolerance)).ToArray();
        Assert.True(wrong.Length == 0, string.Join('\n', wrong.Select(i => string.Create(
            CultureInfo.InvariantCulture, $"{op}({left[i]:R}{(two ? $", {right[i]:R}" : "")}) is {actual[i]:R}, should be {expected[i]:R}"))));
    }

    private static bool Fits(double expected, double actual, DType type, double tolerance)
    {
        double e = type == DType.F32 ? (float)expected : expected;
        if (e.Equals(actual))
        {
            return double.IsNaN(e) || double.IsNegative(e) == double.IsNegative(actual);
        }

        double smallest = type == DType.F32 ? float.Epsilon : double.Epsilon;
        return Math.Abs(expected - actual) <= Math.Max(tolerance * Math.Abs(expected), 1.5 * smallest);
    }
}

using System.Globalization;
using Mettle.Core.Tests.Conformance.Oracles;

namespace Mettle.Core.Tests.Conformance;

/// <summary>
/// Derivatives in float64 against central differences along one random direction. The first derivative is held against the
/// oracle, the second (gradient of gradient times direction) against the engine's own first.
/// </summary>
[NoLeaks]
public sealed class GradientTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Rows
        => Table.Samples.Where(row => Table.Differentiable(Table.Find(row.Data.Item1, row.Data.Item2)).Length > 0);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Gradient_FirstOrder_MatchesDifferencesOfOracle(string op, string sample)
    {
        using var scope = MemoryScope.Begin();
        var row = Table.Find(op, sample);
        var inputs = Draw.Inputs(op, row, DType.F64);
        var slopes = new Slopes(op, row);
        var v = slopes.Direction("first", inputs);
        (double step, double tolerance) = Step(row);
        double Value(double t) => slopes.Loss(OracleTable.Run(op, row.Op, [.. slopes.Moved(inputs, v, t).Select(NdArray.Of)]));
        double difference = (Value(step) - Value(-step)) / (2 * step);
        Same(difference, slopes.Gradients(inputs), v, tolerance, op);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Gradient_SecondOrder_MatchesDifferencesOfFirst(string op, string sample)
    {
        using var scope = MemoryScope.Begin();
        var row = Table.Find(op, sample);
        var inputs = Draw.Inputs(op, row, DType.F64);
        var slopes = new Slopes(op, row);
        var v = slopes.Direction("first", inputs);
        var u = slopes.Direction("second", inputs);
        (double step, double tolerance) = Step(row);
        double Value(double t) => slopes.Slope(slopes.Leaves(slopes.Moved(inputs, u, t)), v)?.Item() ?? 0;
        double difference = (Value(step) - Value(-step)) / (2 * step);
        var leaves = slopes.Leaves(inputs);
        var slope = slopes.Slope(leaves, v);
        var targets = Table.Differentiable(row).Select(i => leaves[i]).ToArray();
        var second = slope is { RequiresGrad: true } ? Autograd.Grad(slope, targets) : new Tensor?[targets.Length];
        Same(difference, [.. second.Select((g, j) => g is null ? NdArray.Zeros(targets[j].Shape.Dims, DType.F64) : NdArray.Of(g))], u, tolerance, op);
    }

    // A result rounded to f32 makes differences over small steps meaningless: such ops are linear and take a large one.
    private static (double Step, double Tolerance) Step(OpSample row)
    {
        TensorSpec[] specs = [.. row.Inputs.Select(i => new TensorSpec(i.Shape, i.Type(DType.F64)))];
        return row.Op.Infer(specs).Any(y => y.DType == DType.F32) ? (0.05, 1e-4) : (1e-5, 1e-6);
    }

    // Relative to the slope, or to what a random direction's slope is in the root mean square: the norm of its terms.
    private static void Same(double difference, NdArray[] gradients, Tensor[] direction, double tolerance, string op)
    {
        double slope = 0, squares = 0;
        for (int j = 0; j < gradients.Length; j++)
        {
            double[] g = gradients[j].Values, v = NdArray.Of(direction[j]).Values;
            for (int i = 0; i < g.Length; i++)
            {
                slope += g[i] * v[i];
                squares += g[i] * v[i] * g[i] * v[i];
            }
        }

        double allowed = (tolerance * Math.Max(Math.Abs(slope), Math.Sqrt(squares))) + 1e-9;
        if (!(Math.Abs(slope - difference) <= allowed))
        {
            Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"{op}: slope {slope:R} by the gradient, {difference:R} by differences (off by {Math.Abs(slope - difference):G3}, allowed {allowed:G3})"));
        }
    }
}

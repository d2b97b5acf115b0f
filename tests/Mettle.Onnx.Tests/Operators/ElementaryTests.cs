namespace Mettle.Onnx.Tests.Operators;

/// <summary>Functions of one operand: values against the platform's, slopes against differences.</summary>
public sealed class ElementaryTests
{
    private static readonly (string Name, int Opset, Func<double, double> Function, double Low, double High)[] Functions =
    [
        ("Tan", 7, Math.Tan, -1.4, 1.4),
        ("Asin", 7, Math.Asin, -0.99, 0.99),
        ("Acos", 7, Math.Acos, -0.99, 0.99),
        ("Atan", 7, Math.Atan, -30, 30),
        ("Sinh", 9, Math.Sinh, -20, 20),
        ("Cosh", 9, Math.Cosh, -20, 20),
        ("Asinh", 9, Math.Asinh, -1e4, 1e4),
        ("Acosh", 9, Math.Acosh, 1.001, 1e4),
        ("Atanh", 9, Math.Atanh, -0.99, 0.99),
        ("Erf", 13, x => 0, -3, 3),
        ("Reciprocal", 13, x => 1 / x, 0.1, 9),
        ("Elu", 6, x => x > 0 ? x : Math.Exp(x) - 1, -6, 6),
        ("Celu", 12, x => x > 0 ? x : Math.Exp(x) - 1, -6, 6),
        ("Selu", 6, x => 1.05070102214813 * (x > 0 ? x : 1.67326319217681 * (Math.Exp(x) - 1)), -6, 6),
        ("HardSigmoid", 6, x => Math.Clamp((0.2 * x) + 0.5, 0, 1), -6, 6),
        ("HardSwish", 14, x => x * Math.Clamp((x / 6) + 0.5, 0, 1), -6, 6),
        ("Swish", 24, x => x / (1 + Math.Exp(-x)), -6, 6),
        ("Mish", 18, x => x * Math.Tanh(Math.Log(1 + Math.Exp(x))), -6, 6),
        ("Softplus", 1, x => Math.Log(1 + Math.Exp(x)), -6, 6),
        ("Softsign", 1, x => x / (1 + Math.Abs(x)), -6, 6),
        ("Shrink", 9, x => Math.Abs(x) > 0.5 ? x : 0, -6, 6),
        ("ThresholdedRelu", 10, x => x > 1 ? x : 0, -6, 6),
        ("LeakyRelu", 6, x => x < 0 ? 0.01f * x : x, -6, 6),
    ];

    public static TheoryData<string> Names => [.. Functions.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Function_F32_IsWithinAFewUnitsOfTheLastPlace(string name)
    {
        var f = Functions.Single(f => f.Name == name);
        Assert.SkipWhen(name == "Erf", "the platform has no error function; Core's tests hold it to one");
        float[] x = Array.ConvertAll(Points(f.Low, f.High), v => (float)v);
        float[] y = Models.Apply(name, Math.Max(7, f.Opset), [Tensor.From(x)]).ToArray<float>();
        Assert.All(x.Zip(y), p =>
        {
            double exact = f.Function(p.First);
            Assert.True(Math.Abs(p.Second - exact) <= (1e-6 * Math.Abs(exact)) + 1e-7, $"{name}({p.First:R}) = {p.Second:R}, not {exact:R}");
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradient_F64_IsTheSlope(string name)
    {
        const double step = 1e-5;
        var f = Functions.Single(f => f.Name == name);
        double[] points = Points(f.Low, f.High);
        var x = Tensor.From(points).WithGrad();
        Models.Apply(name, Math.Max(7, f.Opset), [x]).Sum().Backward();
        double[] slope = x.Grad!.ToArray<double>();
        double[] above = Models.Apply(name, Math.Max(7, f.Opset), [Tensor.From(Array.ConvertAll(points, p => p + step))]).ToArray<double>();
        double[] below = Models.Apply(name, Math.Max(7, f.Opset), [Tensor.From(Array.ConvertAll(points, p => p - step))]).ToArray<double>();
        for (int i = 0; i < points.Length; i++)
        {
            double want = (above[i] - below[i]) / (2 * step);
            Assert.True(Math.Abs(slope[i] - want) <= 1e-4 * (1 + Math.Abs(want)), $"{name}'({points[i]:R}) = {slope[i]:R}, not {want:R}");
        }
    }

    [Fact]
    public void Asinh_AtZero_HasItsSlope()
    {
        var x = Tensor.From([0.0]).WithGrad();
        Models.Apply("Asinh", 9, [x]).Sum().Backward();
        Assert.Equal([1.0], x.Grad!.ToArray<double>());
    }

    [Fact]
    public void Det_SingularAndPermuted_IsRight()
    {
        var x = Tensor.From([0.0, 2, 1, 0, 1, 2, 2, 1, 1, 2, 2, 4, 3, 4, 4, 6], [4, 2, 2]);
        double[] expected = [-2, -3, 0, 2];
        Assert.All(expected.Zip(Models.Apply("Det", 11, [x]).ToArray<double>()), p => Assert.Equal(p.First, p.Second, 1e-12));
    }

    [Fact]
    public void Det_ThreeByThree_HasTheCofactorsAsGradient()
    {
        var x = Tensor.From([2.0, -1, 0, 1, 3, 2, 0, 5, -4], [3, 3]).WithGrad();
        var det = Models.Apply("Det", 11, [x]);
        Assert.Equal(-48, det.Item(), 1e-9);
        det.Backward();
        double[] cofactors = [-22, 4, 5, -4, -8, -10, -2, -4, 7];
        Assert.All(cofactors.Zip(x.Grad!.ToArray<double>()), p => Assert.Equal(p.First, p.Second, 1e-9));
    }

    // Never on a kink: an odd number of steps between bounds that mirror each other, shifted off the round values.
    private static double[] Points(double low, double high) => [.. Enumerable.Range(0, 41).Select(i => low + ((high - low) * (i + 0.37) / 41))];
}

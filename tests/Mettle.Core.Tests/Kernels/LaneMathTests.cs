using System.Globalization;
using System.Runtime.Intrinsics;
using Mettle.Core.Tests.Conformance.Oracles;

namespace Mettle.Core.Tests.Kernels;

/// <summary>
/// Accuracy of the elementary functions over the whole range of f32: every exponent, both signs, many mantissas. Errors are
/// relative to the float64 value, with an f32 result below the normal range allowed one step of the subnormal grid.
/// </summary>
public sealed class LaneMathTests(ITestOutputHelper output)
{
    private const double SmallestNormal = 1.1754943508222875e-38;
    private const double Step = 1.401298464324817e-45;

    [Theory]
    [InlineData("exp", 1.1e-7)]
    [InlineData("log", 2e-7)]
    [InlineData("tanh", 2.3e-7)]
    [InlineData("sigmoid", 2.5e-7)]
    [InlineData("erf", 3e-7)]
    [InlineData("sin", 6e-8)]
    [InlineData("cos", 6e-8)]
    [InlineData("atan", 6e-8)]
    public void Function_AllExponentsOfF32_StaysWithinStatedError(string name, double limit)
    {
        (Func<Vector512<float>, Vector512<float>> lanes, Func<double, double> exact) = Single(name);
        double worst = 0;
        float at = 0;
        var x = new float[16];
        for (uint exponent = 0; exponent < 255; exponent++)
        {
            for (uint n = 0; n < 64; n++)
            {
                for (uint lane = 0; lane < 16; lane++)
                {
                    uint mantissa = (((n * 16) + lane) * 0x9E3779B1u) >> 9;
                    x[lane] = BitConverter.UInt32BitsToSingle(((lane & 1) << 31) | (exponent << 23) | mantissa);
                }

                var y = lanes(Vector512.Create(x));
                for (int lane = 0; lane < 16; lane++)
                {
                    double error = Error(exact(x[lane]), y[lane]);
                    (worst, at) = error > worst ? (error, x[lane]) : (worst, at);
                }
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: largest relative error {worst:G3} at {at:R}"));
        Assert.True(worst <= limit, $"{name}: relative error {worst:R} at {at:R}, stated {limit:R}");
    }

    [Fact]
    public void ExpOfDifference_FromZeroDown_StaysWithinStatedError()
    {
        double worst = 0;
        for (int i = 0; i <= 1_000_000; i++)
        {
            float x = i * -1e-4f;
            double exact = Math.Exp(x);
            float y = LaneMath.ExpOfDifference(Vector512.Create(x)).ToScalar();
            double off = exact < 1.25e-38 && y == 0 ? 0 : Math.Abs(y - exact) / exact;
            worst = Math.Max(worst, off / (1.1e-7 + (2.8e-9 * -x)));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{worst:G3} of the stated error"));
        Assert.InRange(worst, 0, 1);
    }

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(-1e-40f, 1f)]
    [InlineData(-88f, 0f)]
    [InlineData(-1e30f, 0f)]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(float.NaN, float.NaN)]
    public void ExpOfDifference_SpecialValue_IsExact(float x, float y)
        => Assert.Equal(y, LaneMath.ExpOfDifference(Vector512.Create(x)).ToScalar());

    [Fact]
    public void NormalCdf_OverItsRange_StaysWithinStatedError()
    {
        double middle = 0, body = 0, tail = 0, beyond = 0;
        for (int i = -200_000; i <= 200_000; i++)
        {
            float x = i * 1e-4f;
            double exact = 0.5 * (1 + ErrorFunction.Erf(x / Math.Sqrt(2)));
            double off = Math.Abs(LaneMath.NormalCdf(Vector512.Create(x)).ToScalar() - exact);
            middle = x >= -1 ? Math.Max(middle, off / exact) : middle;
            body = x >= -3 ? Math.Max(body, off / exact) : body;
            tail = x is < -3 and >= -6 ? Math.Max(tail, off / exact) : tail;
            beyond = x < -6 ? Math.Max(beyond, off) : beyond;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"relative {middle:G3} from -1, {body:G3} from -3, {tail:G3} from -6; absolute {beyond:G3} beyond"));
        Assert.InRange(middle, 0, 5e-7);
        Assert.InRange(body, 0, 2e-6);
        Assert.InRange(tail, 0, 8e-6);
        Assert.InRange(beyond, 0, 1e-13);
    }

    [Fact]
    public void Pow_AllExponentsOfF32_StaysWithinStatedError()
    {
        double worst = 0;
        var (x, y) = (new float[16], new float[16]);
        var key = RandomKey.FromSeed(3);
        for (uint exponent = 0; exponent < 255; exponent++)
        {
            for (uint n = 0; n < 64; n++)
            {
                for (uint lane = 0; lane < 16; lane++)
                {
                    ulong c = (((exponent * 64UL) + n) * 16) + lane;
                    x[lane] = BitConverter.UInt32BitsToSingle((exponent << 23) | (uint)(key.Word(c) >> 41));

                    // Exponents that keep the result within a few binades beyond f32's range.
                    double log = Math.Max(0.01, Math.Abs(Math.Log(x[lane])));
                    y[lane] = (float)((key.For("y").Uniform(c) - 0.5) * 220 / log);
                }

                var r = LaneMath.Pow(Vector512.Create(x), Vector512.Create(y));
                for (int lane = 0; lane < 16; lane++)
                {
                    worst = Math.Max(worst, Error(Math.Pow(x[lane], y[lane]), r[lane]));
                }
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pow: largest relative error {worst:G3}"));
        Assert.True(worst <= 6.1e-8, $"pow: relative error {worst:R}");
    }

    [Theory]
    [InlineData("exp", 3e-16)]
    [InlineData("log", 3e-16)]
    [InlineData("sin", 5e-16)]
    [InlineData("cos", 5e-16)]
    [InlineData("atan", 5e-16)]
    [InlineData("tanh", 2e-15)]
    [InlineData("sigmoid", 6e-16)]
    [InlineData("erf", 2e-15)]
    public void Function_AllExponentsOfF64_StaysWithinStatedError(string name, double limit)
    {
        (Func<Vector512<double>, Vector512<double>> lanes, Func<double, double> exact) = Double(name);
        double worst = 0, at = 0;
        var x = new double[8];
        for (ulong exponent = 0; exponent < 2047; exponent++)
        {
            for (ulong n = 0; n < (name == "erf" ? 2UL : 16UL); n++)
            {
                for (ulong lane = 0; lane < 8; lane++)
                {
                    ulong mantissa = (((n * 8) + lane + (exponent * 977)) * 0x9E3779B97F4A7C15UL) >> 12;
                    x[lane] = BitConverter.UInt64BitsToDouble(((lane & 1) << 63) | (exponent << 52) | mantissa);
                }

                var y = lanes(Vector512.Create(x));
                for (int lane = 0; lane < 8; lane++)
                {
                    double e = exact(x[lane]);
                    double error = e.Equals(y[lane]) ? 0 : Math.Abs(e - y[lane]) / Math.Max(Math.Abs(e), 2.2250738585072014e-308);
                    error = double.IsNaN(error) ? double.PositiveInfinity : error;
                    (worst, at) = error > worst ? (error, x[lane]) : (worst, at);
                }
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: largest relative error {worst:G3} at {at:R}"));
        Assert.True(worst <= limit, $"{name}: relative error {worst:R} at {at:R}, stated {limit:R}");
    }

    private static double Error(double exact, float value)
    {
        double off = Math.Abs(exact - value);
        if (((float)exact).Equals(value) && !double.IsFinite(off))
        {
            return 0;
        }

        off = Math.Abs(exact) < SmallestNormal ? Math.Max(0, off - Step) : off;
        return off == 0 ? 0 : double.IsFinite(off) ? off / Math.Abs(exact) : double.PositiveInfinity;
    }

    private static (Func<Vector512<float>, Vector512<float>> Lanes, Func<double, double> Exact) Single(string name) => name switch
    {
        "exp" => (LaneMath.Exp, Math.Exp),
        "log" => (LaneMath.Log, Math.Log),
        "tanh" => (LaneMath.Tanh, Math.Tanh),
        "sigmoid" => (LaneMath.Sigmoid, Sigmoid),
        "erf" => (LaneMath.Erf, ErrorFunction.Erf),
        "sin" => (LaneMath.Sin, Math.Sin),
        "atan" => (LaneMath.Atan, Math.Atan),
        _ => (LaneMath.Cos, Math.Cos),
    };

    private static (Func<Vector512<double>, Vector512<double>> Lanes, Func<double, double> Exact) Double(string name) => name switch
    {
        "exp" => (LaneMath.Exp, Math.Exp),
        "log" => (LaneMath.Log, Math.Log),
        "tanh" => (LaneMath.Tanh, Math.Tanh),
        "sigmoid" => (LaneMath.Sigmoid, Sigmoid),
        "erf" => (LaneMath.Erf, ErrorFunction.Erf),
        "sin" => (LaneMath.Sin, Math.Sin),
        "atan" => (LaneMath.Atan, Math.Atan),
        _ => (LaneMath.Cos, Math.Cos),
    };

    private static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));
}

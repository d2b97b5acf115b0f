using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>The tanh approximation of <see cref="Gelu"/> (arXiv:1606.08415, section 2), as GPT-2 uses it.</summary>
public sealed class GeluTanh : FusedUnary
{
    private const double Root = 0.79788456080286536;
    private const double Cubic = 0.044715;

    private GeluTanh()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static GeluTanh Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("gelu_tanh", typeof(GeluTanh), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "gelu_tanh";

    /// <inheritdoc/>
    protected override int FlopsPerElement => 9;

    /// <inheritdoc/>
    protected override Tensor Decompose(Tensor x) => x * (((((x * x * x * Cubic) + x) * Root).Tanh() + 1) * 0.5);

    /// <inheritdoc/>
    protected override void Forward(Tensor x, Tensor y) => LaneRun.Float<Value>(x, y);

    /// <inheritdoc/>
    protected override void Backward(Tensor x, Tensor g, Tensor dx) => LaneRun.Float<Slope>(x, g, dx);

    private static IEnumerable<OpSample> Samples() =>
    [
        new("matrix", Instance, 9 * 35, new SampleInput([5, 7])),
        new("scalar", Instance, 9, new SampleInput([])),
        new("empty", Instance, 0, new SampleInput([0, 3])),
        new("long", Instance, 9 * 1037, new SampleInput([1037])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("integers", () => Instance.Apply(Tensor.Arange(3)), "gelu_tanh: needs f32 or f64, got i64[3]"),
    ];

    // -2u
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Exponent(Vector512<float> x, Vector512<float> square)
        => x * Vector512.FusedMultiplyAdd(square, Vector512.Create((float)(-2 * Root * Cubic)), Vector512.Create((float)(-2 * Root)));

    private readonly struct Value : IUnaryLanes<float>, IUnaryLanes<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> IUnaryLanes<float>.Apply(Vector512<float> x)
        {
            // (1 + tanh u) / 2 is the logistic function of 2u.
            return x / (Vector512<float>.One + LaneMath.Exp(Exponent(x, x * x)));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> IUnaryLanes<double>.Apply(Vector512<double> x)
        {
            var t = LaneMath.Tanh(Vector512.FusedMultiplyAdd(x * x * x, Vector512.Create(Cubic), x) * Root);
            return x * ((t + Vector512<double>.One) * 0.5);
        }
    }

    private readonly struct Slope : IBinaryLanes<float>, IBinaryLanes<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> IBinaryLanes<float>.Apply(Vector512<float> x, Vector512<float> g)
        {
            var one = Vector512<float>.One;
            var z = x * x;
            var e = LaneMath.Exp(Exponent(x, z));
            var s = one / (one + e);
            var rest = Vector512.ConditionalSelect(Vector512.LessThan(e, one), e * s, one - s);
            var inner = Vector512.FusedMultiplyAdd(z, Vector512.Create((float)(6 * Root * Cubic)), Vector512.Create((float)(2 * Root)));
            return g * Vector512.FusedMultiplyAdd(x * s * rest, inner, s);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> IBinaryLanes<double>.Apply(Vector512<double> x, Vector512<double> g)
        {
            var one = Vector512<double>.One;
            var z = x * x;
            var t = LaneMath.Tanh(Vector512.FusedMultiplyAdd(z * x, Vector512.Create(Cubic), x) * Root);
            var inner = Vector512.FusedMultiplyAdd(z, Vector512.Create(3 * Cubic), one) * Root;
            return g * (((one + t) * 0.5) + (x * 0.5 * ((one - (t * t)) * inner)));
        }
    }
}

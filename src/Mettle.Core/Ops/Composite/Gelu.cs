using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>
/// Gaussian error linear unit x P(X &lt;= x) of a standard normal X: Hendrycks and Gimpel, "Gaussian error linear units"
/// (arXiv:1606.08415).
/// </summary>
public sealed class Gelu : FusedUnary
{
    private const double HalfRoot = 0.70710678118654752;
    private const double Density = 0.39894228040143268;

    private Gelu()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static Gelu Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("gelu", typeof(Gelu), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "gelu";

    /// <inheritdoc/>
    protected override int FlopsPerElement => 5;

    /// <inheritdoc/>
    protected override Tensor Decompose(Tensor x) => x * (((x * HalfRoot).Erf() + 1) * 0.5);

    /// <inheritdoc/>
    protected override void Forward(Tensor x, Tensor y) => LaneRun.Float<Value>(x, y);

    /// <inheritdoc/>
    protected override void Backward(Tensor x, Tensor g, Tensor dx) => LaneRun.Float<Slope>(x, g, dx);

    private static IEnumerable<OpSample> Samples() =>
    [
        new("matrix", Instance, 5 * 35, new SampleInput([5, 7])),
        new("scalar", Instance, 5, new SampleInput([], Fill.Positive)),
        new("empty", Instance, 0, new SampleInput([0, 3])),
        new("long", Instance, 5 * 1037, new SampleInput([1037])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("integers", () => Instance.Apply(Tensor.Arange(3)), "gelu: needs f32 or f64, got i64[3]"),
    ];

    private readonly struct Value : IUnaryLanes<float>, IUnaryLanes<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> IUnaryLanes<float>.Apply(Vector512<float> x)
            => x * LaneMath.NormalCdf(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> IUnaryLanes<double>.Apply(Vector512<double> x)
            => x * ((LaneMath.Erf(x * HalfRoot) + Vector512<double>.One) * 0.5);
    }

    private readonly struct Slope : IBinaryLanes<float>, IBinaryLanes<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> IBinaryLanes<float>.Apply(Vector512<float> x, Vector512<float> g)
            => g * Vector512.FusedMultiplyAdd(x, LaneMath.ExpBelow89(x * x * -0.5f) * (float)Density, LaneMath.NormalCdf(x));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> IBinaryLanes<double>.Apply(Vector512<double> x, Vector512<double> g)
        {
            var cdf = (LaneMath.Erf(x * HalfRoot) + Vector512<double>.One) * 0.5;
            return g * Vector512.FusedMultiplyAdd(x, LaneMath.Exp(x * x * -0.5) * Density, cdf);
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>x times its logistic function: Elfwing, Uchibe and Doya (arXiv:1702.03118), also called swish.</summary>
public sealed class Silu : FusedUnary
{
    private Silu()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static Silu Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("silu", typeof(Silu), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "silu";

    /// <inheritdoc/>
    protected override int FlopsPerElement => 2;

    /// <inheritdoc/>
    protected override Tensor Decompose(Tensor x) => x * x.Sigmoid();

    /// <inheritdoc/>
    protected override void Forward(Tensor x, Tensor y) => LaneRun.Float<Value>(x, y);

    /// <inheritdoc/>
    protected override void Backward(Tensor x, Tensor g, Tensor dx) => LaneRun.Float<Slope>(x, g, dx);

    private static IEnumerable<OpSample> Samples() =>
    [
        new("matrix", Instance, 2 * 35, new SampleInput([5, 7])),
        new("scalar", Instance, 2, new SampleInput([])),
        new("empty", Instance, 0, new SampleInput([0, 3])),
        new("long", Instance, 2 * 1037, new SampleInput([1037])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("integers", () => Instance.Apply(Tensor.Arange(3)), "silu: needs f32 or f64, got i64[3]"),
    ];

    private readonly struct Value : IUnaryLanes<float>, IUnaryLanes<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> IUnaryLanes<float>.Apply(Vector512<float> x) => x * LaneMath.Sigmoid(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> IUnaryLanes<double>.Apply(Vector512<double> x) => x * LaneMath.Sigmoid(x);
    }

    private readonly struct Slope : IBinaryLanes<float>, IBinaryLanes<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> IBinaryLanes<float>.Apply(Vector512<float> x, Vector512<float> g)
        {
            var s = LaneMath.Sigmoid(x);
            return g * (s * Vector512.FusedMultiplyAdd(x, Vector512<float>.One - s, Vector512<float>.One));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> IBinaryLanes<double>.Apply(Vector512<double> x, Vector512<double> g)
        {
            var s = LaneMath.Sigmoid(x);
            return g * (s * Vector512.FusedMultiplyAdd(x, Vector512<double>.One - s, Vector512<double>.One));
        }
    }
}

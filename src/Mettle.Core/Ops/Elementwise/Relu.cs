using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Rectifier, y = max(x, 0); NaN stays NaN and the gradient at 0 is 0.</summary>
public sealed class Relu : FusedUnary
{
    private Relu()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static Relu Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("relu", typeof(Relu), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "relu";

    /// <summary>The gradient before a rectifier from that after it, by its result; not recorded.</summary>
    internal static Tensor Open(Tensor y, Tensor g)
    {
        var dx = Tensor.AllocateLike(y.Shape, Elementwise.ResultStrides([y], y.Shape), y.DType);
        LaneRun.Float<Slope>(y, g, dx);
        return dx;
    }

    /// <inheritdoc/>
    protected override int FlopsPerElement => 1;

    /// <inheritdoc/>
    protected override Tensor Decompose(Tensor x) => Tensor.Where(x <= 0, 0, x);

    /// <inheritdoc/>
    protected override void Forward(Tensor x, Tensor y) => LaneRun.Float<Value>(x, y);

    /// <inheritdoc/>
    protected override void Backward(Tensor x, Tensor g, Tensor dx) => LaneRun.Float<Slope>(x, g, dx);

    private static IEnumerable<OpSample> Samples() =>
    [
        new("matrix", Instance, 35, new SampleInput([5, 7], Fill.AwayFromZero)),
        new("scalar", Instance, 1, new SampleInput([], Fill.AwayFromZero)),
        new("empty", Instance, 0, new SampleInput([0, 3], Fill.AwayFromZero)),
        new("long", Instance, 1037, new SampleInput([1037], Fill.AwayFromZero)),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("bool", () => Instance.Apply(Tensor.Full([2], 1, DType.Bool)), "relu: needs f32 or f64, got bool[2]"),
    ];

    private readonly struct Value : IUnaryLanes<float>, IUnaryLanes<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> IUnaryLanes<float>.Apply(Vector512<float> x) => Vector512.Max(x, Vector512<float>.Zero);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> IUnaryLanes<double>.Apply(Vector512<double> x) => Vector512.Max(x, Vector512<double>.Zero);
    }

    private readonly struct Slope : IBinaryLanes<float>, IBinaryLanes<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> IBinaryLanes<float>.Apply(Vector512<float> x, Vector512<float> g)
            => Vector512.ConditionalSelect(Vector512.LessThanOrEqual(x, Vector512<float>.Zero), Vector512<float>.Zero, g);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> IBinaryLanes<double>.Apply(Vector512<double> x, Vector512<double> g)
            => Vector512.ConditionalSelect(Vector512.LessThanOrEqual(x, Vector512<double>.Zero), Vector512<double>.Zero, g);
    }
}

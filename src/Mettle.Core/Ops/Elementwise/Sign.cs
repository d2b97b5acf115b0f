using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Sign, -1, 0 or 1; NaN stays NaN. No gradient flows.</summary>
public sealed class Sign : UnaryOp
{
    private Sign()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static Sign Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("sign", typeof(Sign), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "sign";

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        => LaneRun.Float<Lanes>(inputs[0], outputs[0]);

    /// <inheritdoc/>
    protected override Tensor? Gradient(Tensor x, Tensor y, Tensor g) => null;

    private static IEnumerable<OpSample> Samples() =>
    [
        new("matrix", Instance, 35, new SampleInput([5, 7], Fill.AwayFromZero)),
        new("scalar", Instance, 1, new SampleInput([], Fill.AwayFromZero)),
        new("empty", Instance, 0, new SampleInput([0, 3], Fill.AwayFromZero)),
        new("long", Instance, 1037, new SampleInput([1037], Fill.AwayFromZero)),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("bool", () => Instance.Apply(Tensor.Full([2], 1, DType.Bool)), "sign: needs f32 or f64, got bool[2]"),
    ];

    private readonly struct Lanes : IUnaryLanes<float>, IUnaryLanes<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> IUnaryLanes<float>.Apply(Vector512<float> x) => Vector512.ConditionalSelect(Vector512.Equals(x, Vector512<float>.Zero) | ~Vector512.Equals(x, x), x, Vector512.CopySign(Vector512<float>.One, x));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> IUnaryLanes<double>.Apply(Vector512<double> x) => Vector512.ConditionalSelect(Vector512.Equals(x, Vector512<double>.Zero) | ~Vector512.Equals(x, x), x, Vector512.CopySign(Vector512<double>.One, x));
    }
}

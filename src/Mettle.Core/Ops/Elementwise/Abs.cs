using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Absolute value, y = |x|; the gradient at 0 is 0.</summary>
public sealed class Abs : UnaryOp
{
    private Abs()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static Abs Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("abs", typeof(Abs), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "abs";

    /// <inheritdoc/>
    protected override bool TakesIntegers => true;

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        => LaneRun.Number<Lanes>(inputs[0], outputs[0]);

    /// <inheritdoc/>
    protected override Tensor? Gradient(Tensor x, Tensor y, Tensor g) => g * Sign.Instance.Apply(x);

    private static IEnumerable<OpSample> Samples() =>
    [
        new("matrix", Instance, 35, new SampleInput([5, 7], Fill.AwayFromZero)),
        new("scalar", Instance, 1, new SampleInput([], Fill.AwayFromZero)),
        new("empty", Instance, 0, new SampleInput([0, 3], Fill.AwayFromZero)),
        new("long", Instance, 1037, new SampleInput([1037], Fill.AwayFromZero)),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("bool", () => Instance.Apply(Tensor.Full([2], 1, DType.Bool)), "abs: needs f32 or f64, got bool[2]"),
    ];

    private readonly struct Lanes : IUnaryLanes<float>, IUnaryLanes<double>, IUnaryLanes<int>, IUnaryLanes<long>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> IUnaryLanes<float>.Apply(Vector512<float> x) => Vector512.Abs(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> IUnaryLanes<double>.Apply(Vector512<double> x) => Vector512.Abs(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<int> IUnaryLanes<int>.Apply(Vector512<int> x) => Vector512.Abs(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<long> IUnaryLanes<long>.Apply(Vector512<long> x) => Vector512.Abs(x);
    }
}

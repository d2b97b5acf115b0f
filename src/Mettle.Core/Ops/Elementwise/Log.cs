using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Natural logarithm; -infinity at 0, NaN below.</summary>
public sealed class Log : UnaryOp
{
    private Log()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static Log Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("log", typeof(Log), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "log";

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        => LaneRun.Float<Lanes>(inputs[0], outputs[0]);

    /// <inheritdoc/>
    protected override Tensor? Gradient(Tensor x, Tensor y, Tensor g) => g / x;

    private static IEnumerable<OpSample> Samples() =>
    [
        new("matrix", Instance, 35, new SampleInput([5, 7], Fill.Positive)),
        new("scalar", Instance, 1, new SampleInput([], Fill.Positive)),
        new("empty", Instance, 0, new SampleInput([0, 3], Fill.Positive)),
        new("long", Instance, 1037, new SampleInput([1037], Fill.Positive)),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("bool", () => Instance.Apply(Tensor.Full([2], 1, DType.Bool)), "log: needs f32 or f64, got bool[2]"),
    ];

    private readonly struct Lanes : IUnaryLanes<float>, IUnaryLanes<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> IUnaryLanes<float>.Apply(Vector512<float> x) => LaneMath.Log(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> IUnaryLanes<double>.Apply(Vector512<double> x) => LaneMath.Log(x);
    }
}

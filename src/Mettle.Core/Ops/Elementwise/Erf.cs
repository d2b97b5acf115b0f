using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Gauss error function.</summary>
public sealed class Erf : UnaryOp
{
    private Erf()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static Erf Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("erf", typeof(Erf), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "erf";

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        => LaneRun.Float<Lanes>(inputs[0], outputs[0]);

    /// <inheritdoc/>
    protected override Tensor? Gradient(Tensor x, Tensor y, Tensor g) => g * (Exp.Instance.Apply(-(x * x)) * 1.1283791670955126);

    private static IEnumerable<OpSample> Samples() =>
    [
        new("matrix", Instance, 35, new SampleInput([5, 7])),
        new("scalar", Instance, 1, new SampleInput([])),
        new("empty", Instance, 0, new SampleInput([0, 3])),
        new("long", Instance, 1037, new SampleInput([1037])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("bool", () => Instance.Apply(Tensor.Full([2], 1, DType.Bool)), "erf: needs f32 or f64, got bool[2]"),
    ];

    private readonly struct Lanes : IUnaryLanes<float>, IUnaryLanes<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> IUnaryLanes<float>.Apply(Vector512<float> x) => LaneMath.Erf(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> IUnaryLanes<double>.Apply(Vector512<double> x) => LaneMath.Erf(x);
    }
}

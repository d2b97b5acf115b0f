using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Negation, y = -x.</summary>
public sealed class Neg : UnaryOp
{
    private Neg()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static Neg Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("neg", typeof(Neg), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "neg";

    /// <inheritdoc/>
    protected override bool TakesIntegers => true;

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        => LaneRun.Number<Lanes>(inputs[0], outputs[0]);

    /// <inheritdoc/>
    protected override Tensor? Gradient(Tensor x, Tensor y, Tensor g) => -g;

    private static IEnumerable<OpSample> Samples() =>
    [
        new("matrix", Instance, 35, new SampleInput([5, 7])),
        new("scalar", Instance, 1, new SampleInput([])),
        new("empty", Instance, 0, new SampleInput([0, 3])),
        new("long", Instance, 1037, new SampleInput([1037])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("bool", () => Instance.Apply(Tensor.Full([2], 1, DType.Bool)), "neg: needs f32 or f64, got bool[2]"),
    ];

    private readonly struct Lanes : IUnaryLanes<float>, IUnaryLanes<double>, IUnaryLanes<int>, IUnaryLanes<long>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> IUnaryLanes<float>.Apply(Vector512<float> x) => -x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> IUnaryLanes<double>.Apply(Vector512<double> x) => -x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<int> IUnaryLanes<int>.Apply(Vector512<int> x) => -x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<long> IUnaryLanes<long>.Apply(Vector512<long> x) => -x;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Difference of two tensors.</summary>
public sealed class Sub : BinaryOp
{
    private Sub()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static Sub Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("sub", typeof(Sub), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "sub";

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        => LaneRun.Number<Lanes>(inputs[0], inputs[1], outputs[0]);

    /// <inheritdoc/>
    protected override Tensor? GradientLeft(Tensor a, Tensor b, Tensor y, Tensor g) => g;

    /// <inheritdoc/>
    protected override Tensor? GradientRight(Tensor a, Tensor b, Tensor y, Tensor g) => -g;

    private static IEnumerable<OpSample> Samples() =>
    [
        new("matrix", Instance, 35, new SampleInput([5, 7]), new SampleInput([5, 7])),
        new("scalar", Instance, 1, new SampleInput([]), new SampleInput([])),
        new("empty", Instance, 0, new SampleInput([3, 0]), new SampleInput([3, 0])),
        new("long", Instance, 1037, new SampleInput([1037]), new SampleInput([1037])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("shapes", () => Instance.Apply(Tensor.Zeros([2]), Tensor.Zeros([3])), "sub: needs equal shapes and types, got f32[2] and f32[3]"),
        new("types", () => Instance.Apply(Tensor.Zeros([2]), Tensor.Zeros([2], DType.F64)), "sub: needs equal shapes and types, got f32[2] and f64[2]"),
    ];

    private readonly struct Lanes : IBinaryLanes<float>, IBinaryLanes<double>, IBinaryLanes<int>, IBinaryLanes<long>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> IBinaryLanes<float>.Apply(Vector512<float> x, Vector512<float> y) => x - y;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> IBinaryLanes<double>.Apply(Vector512<double> x, Vector512<double> y) => x - y;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<int> IBinaryLanes<int>.Apply(Vector512<int> x, Vector512<int> y) => x - y;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<long> IBinaryLanes<long>.Apply(Vector512<long> x, Vector512<long> y) => x - y;
    }
}

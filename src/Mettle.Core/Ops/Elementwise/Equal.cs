using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Whether elements are equal; NaN equals nothing.</summary>
public sealed class Equal : CompareOp
{
    private Equal()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static Equal Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("equal", typeof(Equal), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "equal";

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        => LaneRun.Compare<Lanes>(inputs[0], inputs[1], outputs[0]);

    private static IEnumerable<OpSample> Samples() =>
    [
        new("matrix", Instance, 35, new SampleInput([5, 7]), new SampleInput([5, 7])),
        new("integers", Instance, 1037, new SampleInput([1037], Fill.Index, 3), new SampleInput([1037], Fill.Index, 3)),
        new("bits", Instance, 70, new SampleInput([70], Fill.Bits), new SampleInput([70], Fill.Bits)),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("shapes", () => Instance.Apply(Tensor.Zeros([2]), Tensor.Zeros([3])), "equal: needs equal shapes and types, got f32[2] and f32[3]"),
    ];

    private readonly struct Lanes : ICompareLanes<float>, ICompareLanes<double>, ICompareLanes<int>, ICompareLanes<long>, ICompareLanes<byte>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> ICompareLanes<float>.Holds(Vector512<float> x, Vector512<float> y) => Vector512.Equals(x, y);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> ICompareLanes<double>.Holds(Vector512<double> x, Vector512<double> y) => Vector512.Equals(x, y);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<int> ICompareLanes<int>.Holds(Vector512<int> x, Vector512<int> y) => Vector512.Equals(x, y);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<long> ICompareLanes<long>.Holds(Vector512<long> x, Vector512<long> y) => Vector512.Equals(x, y);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<byte> ICompareLanes<byte>.Holds(Vector512<byte> x, Vector512<byte> y) => Vector512.Equals(x, y);
    }
}

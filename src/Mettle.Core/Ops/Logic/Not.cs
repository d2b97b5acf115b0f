using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Whether it does not hold.</summary>
public sealed class Not : BoolOp
{
    private Not()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static Not Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("not", typeof(Not), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "not";

    /// <inheritdoc/>
    protected override int Operands => 1;

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        => Elementwise.Run<UnaryFlat<byte, Lanes>>(outputs[0], inputs[0]);

    private static IEnumerable<OpSample> Samples() =>
    [
        new("matrix", Instance, 0, new SampleInput([5, 7], Fill.Bits)),
        new("scalar", Instance, 0, new SampleInput([], Fill.Bits)),
        new("empty", Instance, 0, new SampleInput([0, 3], Fill.Bits)),
        new("long", Instance, 0, new SampleInput([1037], Fill.Bits)),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("numbers", () => Instance.Apply(Tensor.Zeros([2])), "not: needs bool tensors of equal shape, got f32[2]"),
    ];

    private readonly struct Lanes : IUnaryLanes<byte>
    {
        public static Vector512<byte> Apply(Vector512<byte> x) => x ^ Vector512<byte>.One;
    }
}

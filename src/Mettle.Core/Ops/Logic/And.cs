using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Whether both hold.</summary>
public sealed class And : BoolOp
{
    private And()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static And Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("and", typeof(And), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "and";

    /// <inheritdoc/>
    protected override int Operands => 2;

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        => Elementwise.Run<BinaryFlat<byte, Lanes>>(outputs[0], inputs[0], inputs[1]);

    private static IEnumerable<OpSample> Samples() =>
    [
        new("matrix", Instance, 0, new SampleInput([5, 7], Fill.Bits), new SampleInput([5, 7], Fill.Bits)),
        new("scalar", Instance, 0, new SampleInput([], Fill.Bits), new SampleInput([], Fill.Bits)),
        new("empty", Instance, 0, new SampleInput([0, 3], Fill.Bits), new SampleInput([0, 3], Fill.Bits)),
        new("long", Instance, 0, new SampleInput([1037], Fill.Bits), new SampleInput([1037], Fill.Bits)),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("numbers", () => Instance.Apply(Tensor.Zeros([2]), Tensor.Zeros([2])), "and: needs bool tensors of equal shape, got f32[2] and f32[2]"),
    ];

    private readonly struct Lanes : IBinaryLanes<byte>
    {
        public static Vector512<byte> Apply(Vector512<byte> x, Vector512<byte> y) => x & y;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Quotient, element by element; follows IEEE for zero divisors.</summary>
public sealed class Div : BinaryOp
{
    private Div()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static Div Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("div", typeof(Div), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "div";

    /// <inheritdoc/>
    protected override bool TakesIntegers => false;

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        => LaneRun.Float<Lanes>(inputs[0], inputs[1], outputs[0]);

    /// <inheritdoc/>
    protected override Tensor? GradientLeft(Tensor a, Tensor b, Tensor y, Tensor g) => g / b;

    /// <inheritdoc/>
    protected override Tensor? GradientRight(Tensor a, Tensor b, Tensor y, Tensor g) => -(g * y / b);

    private static IEnumerable<OpSample> Samples() =>
    [
        new("matrix", Instance, 35, new SampleInput([5, 7]), new SampleInput([5, 7], Fill.AwayFromZero)),
        new("scalar", Instance, 1, new SampleInput([]), new SampleInput([], Fill.AwayFromZero)),
        new("empty", Instance, 0, new SampleInput([3, 0]), new SampleInput([3, 0], Fill.AwayFromZero)),
        new("long", Instance, 1037, new SampleInput([1037]), new SampleInput([1037], Fill.AwayFromZero)),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("shapes", () => Instance.Apply(Tensor.Zeros([2]), Tensor.Zeros([3])), "div: needs equal shapes and types, got f32[2] and f32[3]"),
        new("types", () => Instance.Apply(Tensor.Zeros([2]), Tensor.Zeros([2], DType.F64)), "div: needs equal shapes and types, got f32[2] and f64[2]"),
    ];

    private readonly struct Lanes : IBinaryLanes<float>, IBinaryLanes<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> IBinaryLanes<float>.Apply(Vector512<float> x, Vector512<float> y) => x / y;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> IBinaryLanes<double>.Apply(Vector512<double> x, Vector512<double> y) => x / y;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Power a^b; negative bases take integer exponents. The gradient by b needs a > 0.</summary>
public sealed class Pow : BinaryOp
{
    private Pow()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static Pow Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("pow", typeof(Pow), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "pow";

    /// <inheritdoc/>
    protected override bool TakesIntegers => false;

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        => LaneRun.Float<Lanes>(inputs[0], inputs[1], outputs[0]);

    /// <inheritdoc/>
    protected override Tensor? GradientLeft(Tensor a, Tensor b, Tensor y, Tensor g) => g * (b * Instance.Apply(a, b - 1));

    /// <inheritdoc/>
    protected override Tensor? GradientRight(Tensor a, Tensor b, Tensor y, Tensor g) => g * (y * Log.Instance.Apply(a));

    private static IEnumerable<OpSample> Samples() =>
    [
        new("matrix", Instance, 35, new SampleInput([5, 7], Fill.Positive), new SampleInput([5, 7])),
        new("scalar", Instance, 1, new SampleInput([], Fill.Positive), new SampleInput([])),
        new("empty", Instance, 0, new SampleInput([3, 0], Fill.Positive), new SampleInput([3, 0])),
        new("long", Instance, 1037, new SampleInput([1037], Fill.Positive), new SampleInput([1037])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("shapes", () => Instance.Apply(Tensor.Zeros([2]), Tensor.Zeros([3])), "pow: needs equal shapes and types, got f32[2] and f32[3]"),
        new("types", () => Instance.Apply(Tensor.Zeros([2]), Tensor.Zeros([2], DType.F64)), "pow: needs equal shapes and types, got f32[2] and f64[2]"),
    ];

    private readonly struct Lanes : IBinaryLanes<float>, IBinaryLanes<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> IBinaryLanes<float>.Apply(Vector512<float> x, Vector512<float> y) => LaneMath.Pow(x, y);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> IBinaryLanes<double>.Apply(Vector512<double> x, Vector512<double> y) => LaneMath.Pow(x, y);
    }
}

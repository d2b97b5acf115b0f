using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>log(1 + exp(x)), without overflow; relative error small on both tails.</summary>
public sealed class Softplus : UnaryOp
{
    private Softplus()
    {
    }

    /// <summary>The op; it has no attributes.</summary>
    public static Softplus Instance { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("softplus", typeof(Softplus), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "softplus";

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        => LaneRun.Float<Lanes>(inputs[0], outputs[0]);

    /// <inheritdoc/>
    protected override Tensor? Gradient(Tensor x, Tensor y, Tensor g) => g * x.Sigmoid();

    private static IEnumerable<OpSample> Samples() =>
    [
        new("matrix", Instance, 35, new SampleInput([5, 7])),
        new("scalar", Instance, 1, new SampleInput([])),
        new("empty", Instance, 0, new SampleInput([0, 3])),
        new("long", Instance, 1037, new SampleInput([1037])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("integers", () => Instance.Apply(Tensor.Arange(2)), "softplus: needs f32 or f64, got i64[2]"),
    ];

    private readonly struct Lanes : IUnaryLanes<float>, IUnaryLanes<double>
    {
        // With u = 1 + e rounded, log(u) e / (u - 1) is log(1 + e) to a few ulps (Kahan).
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> IUnaryLanes<float>.Apply(Vector512<float> x)
        {
            var e = LaneMath.ExpBelow89(-Vector512.Abs(x));
            var u = Vector512<float>.One + e;
            var d = u - Vector512<float>.One;
            var log = Vector512.ConditionalSelect(Vector512.Equals(d, Vector512<float>.Zero), e, LaneMath.Log(u) * (e / d));
            return Vector512.Max(x, Vector512<float>.Zero) + log;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> IUnaryLanes<double>.Apply(Vector512<double> x)
        {
            var e = LaneMath.Exp(-Vector512.Abs(x));
            var u = Vector512<double>.One + e;
            var d = u - Vector512<double>.One;
            var log = Vector512.ConditionalSelect(Vector512.Equals(d, Vector512<double>.Zero), e, LaneMath.Log(u) * (e / d));
            return Vector512.Max(x, Vector512<double>.Zero) + log;
        }
    }
}

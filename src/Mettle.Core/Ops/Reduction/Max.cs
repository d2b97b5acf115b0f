using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>The largest element over axes; NaN if any is. Equal largest elements share the gradient.</summary>
public sealed class Max : Extremum
{
    /// <summary>Reduces over <paramref name="axes"/>; none given means all.</summary>
    public Max(params ReadOnlySpan<int> axes)
        : base(axes)
    {
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("max", typeof(Max), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "max";

    /// <inheritdoc/>
    protected override Reduction Over(int[] axes) => new Max(axes);

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (x, y) = (inputs[0], outputs[0]);
        var reduced = Reduced(x.Shape);
        switch (x.DType)
        {
            case DType.F32:
                Reduce.Run<float, Lanes>(x, y, reduced, float.NegativeInfinity);
                break;
            case DType.F64:
                Reduce.Run<double, Lanes>(x, y, reduced, double.NegativeInfinity);
                break;
            case DType.I32:
                Reduce.Run<int, Lanes>(x, y, reduced, int.MinValue);
                break;
            default:
                Reduce.Run<long, Lanes>(x, y, reduced, long.MinValue);
                break;
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("rows", new Max(1), 35, new SampleInput([5, 7], Fill.Distinct)),
        new("columns", new Max(0), 35, new SampleInput([5, 7], Fill.Distinct)),
        new("all", new Max(), 35, new SampleInput([5, 7], Fill.Distinct)),
        new("outer and inner", new Max(0, 2), 60, new SampleInput([3, 4, 5], Fill.Distinct)),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("empty", () => new Max(1).Apply(Tensor.Zeros([2, 0])), "max: axis 1 of [2, 0] is empty"),
    ];

    private readonly struct Lanes : IBinaryLanes<float>, IBinaryLanes<double>, IBinaryLanes<int>, IBinaryLanes<long>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> IBinaryLanes<float>.Apply(Vector512<float> x, Vector512<float> y) => Vector512.Max(x, y);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> IBinaryLanes<double>.Apply(Vector512<double> x, Vector512<double> y) => Vector512.Max(x, y);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<int> IBinaryLanes<int>.Apply(Vector512<int> x, Vector512<int> y) => Vector512.Max(x, y);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<long> IBinaryLanes<long>.Apply(Vector512<long> x, Vector512<long> y) => Vector512.Max(x, y);
    }
}

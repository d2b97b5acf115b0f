using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>The smallest element over axes; NaN if any is. Equal smallest elements share the gradient.</summary>
public sealed class Min : Extremum
{
    /// <summary>Reduces over <paramref name="axes"/>; none given means all.</summary>
    public Min(params ReadOnlySpan<int> axes)
        : base(axes)
    {
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("min", typeof(Min), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "min";

    /// <inheritdoc/>
    protected override Reduction Over(int[] axes) => new Min(axes);

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (x, y) = (inputs[0], outputs[0]);
        var reduced = Reduced(x.Shape);
        switch (x.DType)
        {
            case DType.F32:
                Reduce.Run<float, Lanes>(x, y, reduced, float.PositiveInfinity);
                break;
            case DType.F64:
                Reduce.Run<double, Lanes>(x, y, reduced, double.PositiveInfinity);
                break;
            case DType.I32:
                Reduce.Run<int, Lanes>(x, y, reduced, int.MaxValue);
                break;
            default:
                Reduce.Run<long, Lanes>(x, y, reduced, long.MaxValue);
                break;
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("rows", new Min(1), 35, new SampleInput([5, 7], Fill.Distinct)),
        new("columns", new Min(0), 35, new SampleInput([5, 7], Fill.Distinct)),
        new("all", new Min(), 35, new SampleInput([5, 7], Fill.Distinct)),
        new("outer and inner", new Min(0, 2), 60, new SampleInput([3, 4, 5], Fill.Distinct)),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("empty", () => new Min(1).Apply(Tensor.Zeros([2, 0])), "min: axis 1 of [2, 0] is empty"),
    ];

    private readonly struct Lanes : IBinaryLanes<float>, IBinaryLanes<double>, IBinaryLanes<int>, IBinaryLanes<long>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> IBinaryLanes<float>.Apply(Vector512<float> x, Vector512<float> y) => Vector512.Min(x, y);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> IBinaryLanes<double>.Apply(Vector512<double> x, Vector512<double> y) => Vector512.Min(x, y);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<int> IBinaryLanes<int>.Apply(Vector512<int> x, Vector512<int> y) => Vector512.Min(x, y);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<long> IBinaryLanes<long>.Apply(Vector512<long> x, Vector512<long> y) => Vector512.Min(x, y);
    }
}

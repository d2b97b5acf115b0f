using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Sum over axes; its transpose is a broadcast. Order of addition: see <c>docs/specs/determinism.md</c>.</summary>
public sealed class Sum : Reduction
{
    /// <summary>Sums over <paramref name="axes"/>; none given means all.</summary>
    public Sum(params ReadOnlySpan<int> axes)
        : base(axes)
    {
    }

    /// <summary>The sum of all elements.</summary>
    public static Sum All { get; } = new();

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("sum", typeof(Sum), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "sum";

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
        => [grads[0] is { } g ? Expand(g, node.Inputs[0].Shape) : null];

    /// <inheritdoc/>
    protected override Reduction Over(int[] axes) => new Sum(axes);

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (x, y) = (inputs[0], outputs[0]);
        var reduced = Reduced(x.Shape);
        switch (x.DType)
        {
            case DType.F32:
                Reduce.Run<float, Lanes>(x, y, reduced, 0);
                break;
            case DType.F64:
                Reduce.Run<double, Lanes>(x, y, reduced, 0);
                break;
            case DType.I32:
                Reduce.Run<int, Lanes>(x, y, reduced, 0);
                break;
            default:
                Reduce.Run<long, Lanes>(x, y, reduced, 0);
                break;
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("rows", new Sum(1), 35, new SampleInput([5, 7])),
        new("columns", new Sum(0), 35, new SampleInput([5, 7])),
        new("all", new Sum(), 35, new SampleInput([5, 7])),
        new("outer and inner", new Sum(0, 2), 60, new SampleInput([3, 4, 5])),
        new("middle", new Sum(1), 60, new SampleInput([3, 4, 5])),
        new("long row", new Sum(), 9001, new SampleInput([9001])) { Tolerance = 1e-5 },
        new("long columns", new Sum(0), 15003, new SampleInput([5001, 3])) { Tolerance = 1e-5 },
        new("empty axis", new Sum(1), 0, new SampleInput([3, 0])),
        new("scalar", new Sum(), 1, new SampleInput([])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("axis", () => new Sum(2).Apply(Tensor.Zeros([2, 3])), "sum: axes [2] do not fit a tensor of shape [2, 3]"),
        new("bool", () => new Sum().Apply(Tensor.Full([2], 1, DType.Bool)), "sum: needs f32, f64, i32 or i64, got bool[2]"),
    ];

    private readonly struct Lanes : IBinaryLanes<float>, IBinaryLanes<double>, IBinaryLanes<int>, IBinaryLanes<long>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> IBinaryLanes<float>.Apply(Vector512<float> x, Vector512<float> y) => x + y;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> IBinaryLanes<double>.Apply(Vector512<double> x, Vector512<double> y) => x + y;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<int> IBinaryLanes<int>.Apply(Vector512<int> x, Vector512<int> y) => x + y;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<long> IBinaryLanes<long>.Apply(Vector512<long> x, Vector512<long> y) => x + y;
    }
}

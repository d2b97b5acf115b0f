using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Exponentials along an axis, divided by their sum; shifted by the largest so that none overflows.</summary>
public sealed class Softmax : SoftmaxOp
{
    /// <summary>Normalises along <paramref name="axis"/> (not negative).</summary>
    public Softmax(int axis)
        : base(axis)
    {
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("softmax", typeof(Softmax), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "softmax";

    /// <inheritdoc/>
    public override Tensor[] Decompose(Tensor[] inputs)
    {
        var x = inputs[0];
        if (x.Count == 0)
        {
            return [x.Exp()];
        }

        int[] axes = [Axis];
        var kept = x.KeptShape(axes);
        var e = (x - x.Detach().Max(axes).Reshape(kept)).Exp();
        return [e / e.Sum(axes).Reshape(kept)];
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        => AxisRows.Run<Forward>(inputs[0], null, outputs[0], Axis);

    /// <inheritdoc/>
    protected override Tensor?[] FusedGradient(Node node, ReadOnlySpan<Tensor?> grads) => FusedGradient<Backward>(node, grads);

    private static IEnumerable<OpSample> Samples() =>
    [
        new("rows", new Softmax(1), 5 * 35, new SampleInput([5, 7])),
        new("columns", new Softmax(0), 5 * 35, new SampleInput([5, 7])),
        new("middle", new Softmax(1), 5 * 120, new SampleInput([2, 12, 5])),
        new("short rows", new Softmax(1), 5 * 67 * 70, new SampleInput([67, 70])),
        new("rows of many vectors", new Softmax(1), 5 * 5 * 1039, new SampleInput([5, 1039])),
        new("one class", new Softmax(1), 5 * 3, new SampleInput([3, 1])),
        new("empty", new Softmax(1), 0, new SampleInput([0, 7])),
        new("empty axis", new Softmax(1), 0, new SampleInput([3, 0])),
        new("long", new Softmax(0), 5 * 9001, new SampleInput([9001])) { Tolerance = 1e-5 },
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("axis", () => new Softmax(2).Apply(Tensor.Zeros([2, 3])), "softmax: axis 2 is outside a tensor of shape [2, 3]"),
        new("integers", () => new Softmax(0).Apply(Tensor.Arange(3)), "softmax: needs f32 or f64, got i64[3]"),
    ];

    private readonly unsafe struct Forward : IRowKernel<float>, IRowKernel<double>
    {
        static void IRowKernel<float>.Run(float* a, float* b, float* y, nint n, nint rows) => SoftmaxRows.Softmax(a, y, n, rows);

        static void IRowKernel<double>.Run(double* a, double* b, double* y, nint n, nint rows) => SoftmaxRows.Softmax(a, y, n, rows);
    }

    private readonly unsafe struct Backward : IRowKernel<float>, IRowKernel<double>
    {
        static void IRowKernel<float>.Run(float* a, float* b, float* y, nint n, nint rows) => Rows(a, b, y, n, rows);

        static void IRowKernel<double>.Run(double* a, double* b, double* y, nint n, nint rows) => Rows(a, b, y, n, rows);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Rows<T>(T* p, T* g, T* dx, nint n, nint rows)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            int w = Vector512<T>.Count;
            for (nint row = 0; row < rows; row++, p += n, g += n, dx += n)
            {
                var mean = Vector512.Create(RowMath.Dot(p, g, n));
                nint i = 0;
                for (; i <= n - w; i += w)
                {
                    (Vector512.Load(p + i) * (Vector512.Load(g + i) - mean)).Store(dx + i);
                }

                if (i < n)
                {
                    Tail.Store(Tail.Load(p + i, n - i) * (Tail.Load(g + i, n - i) - mean), dx + i, n - i);
                }
            }
        }
    }
}

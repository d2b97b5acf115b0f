using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mettle;

/// <summary>Logarithm of <see cref="Softmax"/>, exact also where a probability underflows.</summary>
public sealed class LogSoftmax : SoftmaxOp
{
    /// <summary>Normalises along <paramref name="axis"/> (not negative).</summary>
    public LogSoftmax(int axis)
        : base(axis)
    {
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("log_softmax", typeof(LogSoftmax), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "log_softmax";

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
        var shifted = x - x.Detach().Max(axes).Reshape(kept);
        return [shifted - shifted.Exp().Sum(axes).Log().Reshape(kept)];
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        => AxisRows.Run<Forward>(inputs[0], null, outputs[0], Axis);

    /// <inheritdoc/>
    protected override Tensor?[] FusedGradient(Node node, ReadOnlySpan<Tensor?> grads) => FusedGradient<Backward>(node, grads);

    private static IEnumerable<OpSample> Samples() =>
    [
        new("rows", new LogSoftmax(1), 5 * 35, new SampleInput([5, 7])),
        new("columns", new LogSoftmax(0), 5 * 35, new SampleInput([5, 7])),
        new("middle", new LogSoftmax(1), 5 * 120, new SampleInput([2, 12, 5])),
        new("short rows", new LogSoftmax(1), 5 * 67 * 70, new SampleInput([67, 70])),
        new("rows of many vectors", new LogSoftmax(1), 5 * 5 * 1039, new SampleInput([5, 1039])),
        new("one class", new LogSoftmax(1), 5 * 3, new SampleInput([3, 1])),
        new("empty", new LogSoftmax(1), 0, new SampleInput([0, 7])),
        new("long", new LogSoftmax(0), 5 * 9001, new SampleInput([9001])) { Tolerance = 1e-5 },
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("axis", () => new LogSoftmax(2).Apply(Tensor.Zeros([2, 3])), "log_softmax: axis 2 is outside a tensor of shape [2, 3]"),
    ];

    private readonly unsafe struct Forward : IRowKernel<float>, IRowKernel<double>
    {
        static void IRowKernel<float>.Run(float* a, float* b, float* y, nint n, nint rows) => SoftmaxRows.LogSoftmax(a, y, n, rows);

        static void IRowKernel<double>.Run(double* a, double* b, double* y, nint n, nint rows) => SoftmaxRows.LogSoftmax(a, y, n, rows);
    }

    private readonly unsafe struct Backward : IRowKernel<float>, IRowKernel<double>
    {
        static void IRowKernel<float>.Run(float* a, float* b, float* y, nint n, nint rows) => Rows(a, b, y, n, rows);

        static void IRowKernel<double>.Run(double* a, double* b, double* y, nint n, nint rows) => Rows(a, b, y, n, rows);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Rows<T>(T* y, T* g, T* dx, nint n, nint rows)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            int w = Vector512<T>.Count;
            for (nint row = 0; row < rows; row++, y += n, g += n, dx += n)
            {
                var total = Vector512.Create(-RowMath.Sum(g, n));
                nint i = 0;
                for (; i <= n - w; i += w)
                {
                    RowMath.Fma(RowMath.ExpOfDifference(Vector512.Load(y + i)), total, Vector512.Load(g + i)).Store(dx + i);
                }

                if (i < n)
                {
                    var p = RowMath.ExpOfDifference(Tail.Load(y + i, n - i));
                    Tail.Store(RowMath.Fma(p, total, Tail.Load(g + i, n - i)), dx + i, n - i);
                }
            }
        }
    }
}

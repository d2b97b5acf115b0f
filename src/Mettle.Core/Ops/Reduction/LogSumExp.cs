using System.Numerics;

namespace Mettle;

/// <summary>Logarithm of the sum of exponentials over axes, shifted by the largest so that none overflows.</summary>
public sealed class LogSumExp : Reduction
{
    /// <summary>Reduces over <paramref name="axes"/>; none given means all.</summary>
    public LogSumExp(params ReadOnlySpan<int> axes)
        : base(axes)
    {
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("log_sum_exp", typeof(LogSumExp), Samples, Errors);

    /// <inheritdoc/>
    public override string Name => "log_sum_exp";

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        var outputs = base.Infer(inputs);
        ExpectFloat(inputs[0]);
        return outputs;
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense((4 * inputs[0].Shape.Count) + (2 * outputs[0].Shape.Count), inputs, outputs);

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        if (grads[0] is not { } g)
        {
            return [null];
        }

        var x = node.Inputs[0];
        return [Expand(g, x.Shape) * Probabilities(x)];
    }

    /// <inheritdoc/>
    protected override Reduction Over(int[] axes) => new LogSumExp(axes);

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        => AxisRows.Reduce<Kernel>(inputs[0], outputs[0], Reduced(inputs[0].Shape));

    // Softmax over all reduced axes at once; exp(x - y) would lose digits where y is far from 0.
    private Tensor Probabilities(Tensor x)
    {
        var gone = Reduced(x.Shape);
        int[] order = [.. Enumerable.Range(0, x.Rank).OrderBy(i => gone[i])];
        var inverse = new int[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            inverse[order[i]] = i;
        }

        var last = x.Permute(order);
        int rows = gone.Count(g => !g);
        return last.Flatten(rows).Softmax(rows).Reshape(last.Shape).Permute(inverse);
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("rows", new LogSumExp(1), (4 * 35) + 10, new SampleInput([5, 7])),
        new("columns", new LogSumExp(0), (4 * 35) + 14, new SampleInput([5, 7])),
        new("all", new LogSumExp(), (4 * 35) + 2, new SampleInput([5, 7])),
        new("outer and inner", new LogSumExp(0, 2), (4 * 60) + 8, new SampleInput([3, 4, 5])),
        new("long", new LogSumExp(0), (4 * 9001) + 2, new SampleInput([9001])),
        new("scalar", new LogSumExp(), 6, new SampleInput([])),
        new("no rows", new LogSumExp(1), 0, new SampleInput([0, 3])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("axis", () => new LogSumExp(2).Apply(Tensor.Zeros([2, 3])), "log_sum_exp: axes [2] do not fit a tensor of shape [2, 3]"),
        new("integers", () => new LogSumExp().Apply(Tensor.Arange(2)), "log_sum_exp: needs f32 or f64, got i64[2]"),
    ];

    private readonly unsafe struct Kernel : IRowKernel<float>, IRowKernel<double>
    {
        static void IRowKernel<float>.Run(float* a, float* b, float* y, nint n, nint rows) => Rows(a, y, n, rows);

        static void IRowKernel<double>.Run(double* a, double* b, double* y, nint n, nint rows) => Rows(a, y, n, rows);

        private static void Rows<T>(T* x, T* y, nint n, nint rows)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T* rest = stackalloc T[RowMath.MaxRows];
            nint group = RowMath.RowsAtOnce(n);
            for (nint row = 0; row < rows; row += group)
            {
                nint count = Math.Min(group, rows - row);
                SoftmaxRows.LogSumExp(x + (row * n), n, count, y + row, rest);
                for (nint i = 0; i < count; i++)
                {
                    y[row + i] += rest[i];
                }
            }
        }
    }
}

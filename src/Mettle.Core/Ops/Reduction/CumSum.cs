using System.Numerics;

namespace Mettle;

/// <summary>Running sum along an axis, one chain of additions in ascending order. Its transpose runs from the end.</summary>
public sealed class CumSum : Op
{
    private readonly int axis;

    /// <summary>Sums along <paramref name="axis"/> (not negative).</summary>
    public CumSum(int axis) => this.axis = axis;

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("cumsum", typeof(CumSum), Samples, Errors);

    /// <summary>The axis summed along.</summary>
    public int Axis => axis;

    /// <inheritdoc/>
    public override string Name => "cumsum";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("axis", axis)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        inputs[0].Shape.Axis(axis, Name);
        return inputs[0].DType is DType.F32 or DType.F64 or DType.I32 or DType.I64
            ? [inputs[0]]
            : throw Bad($"needs f32, f64, i32 or i64, got {inputs[0]}; convert with To().");
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(inputs[0].Shape.Count, inputs, outputs);

    internal override bool WantsRows(int input, Shape shape) => true;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
        => [grads[0] is { } g ? Apply(g.Flip(axis)).Flip(axis) : null];

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
        => [new CumSum(axis + 1).Apply(inputs[0])];

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs[0].Count == 0)
        {
            return;
        }

        var x = inputs[0].RowMajor();
        switch (x.DType)
        {
            case DType.F32:
                For<float>(x, outputs[0]);
                break;
            case DType.F64:
                For<double>(x, outputs[0]);
                break;
            case DType.I32:
                For<int>(x, outputs[0]);
                break;
            default:
                For<long>(x, outputs[0]);
                break;
        }

        AxisRows.Free(x, inputs[0]);
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("rows", new CumSum(1), 35, new SampleInput([5, 7])),
        new("columns", new CumSum(0), 35, new SampleInput([5, 7])),
        new("middle", new CumSum(1), 60, new SampleInput([3, 4, 5])),
        new("one", new CumSum(0), 1, new SampleInput([1])),
        new("long", new CumSum(0), 5001, new SampleInput([5001])) { Tolerance = 1e-4 },
        new("empty", new CumSum(0), 0, new SampleInput([0, 3])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("axis", () => new CumSum(1).Apply(Tensor.Zeros([2])), "cumsum: axis 1 is outside a tensor of shape [2]"),
        new("bool", () => new CumSum(0).Apply(Tensor.Full([2], 1, DType.Bool)), "cumsum: needs f32, f64, i32 or i64, got bool[2]"),
    ];

    private unsafe void For<T>(Tensor x, Tensor y)
        where T : unmanaged, INumber<T>
    {
        int n = x.Shape[axis];
        int inner = 1;
        for (int i = axis + 1; i < x.Rank; i++)
        {
            inner *= x.Shape[i];
        }

        int slicesPerPart = (int)Math.Max(1, 16384 / ((long)n * inner));
        long slices = x.Count / n / inner;
        Scheduler.For(
            checked((int)((slices + slicesPerPart - 1) / slicesPerPart)),
            new Job<T> { X = (T*)x.Pointer, Y = (T*)y.Pointer, N = n, Inner = inner, Slices = slices, SlicesPerPart = slicesPerPart });
    }

    private unsafe struct Job<T> : IJob
        where T : unmanaged, INumber<T>
    {
        public T* X;
        public T* Y;
        public int N;
        public int Inner;
        public long Slices;
        public int SlicesPerPart;

        public readonly void Run(int index)
        {
            long end = Math.Min(Slices, ((long)index + 1) * SlicesPerPart);
            for (long slice = (long)index * SlicesPerPart; slice < end; slice++)
            {
                T* x = X + (slice * N * Inner);
                T* y = Y + (slice * N * Inner);
                long count = (long)N * Inner;
                if (Inner == 1)
                {
                    T sum = y[0] = x[0];
                    for (long i = 1; i < count; i++)
                    {
                        sum += x[i];
                        y[i] = sum;
                    }

                    continue;
                }

                new Span<T>(x, Inner).CopyTo(new Span<T>(y, Inner));
                for (long i = Inner; i < count; i++)
                {
                    y[i] = y[i - Inner] + x[i];
                }
            }
        }
    }
}

using System.Numerics;

namespace Mettle;

/// <summary>i64 place of an extreme element along an axis, which vanishes: the first of equals; a NaN beats all numbers.</summary>
public abstract class ArgReduction : Op
{
    private readonly int axis;
    private readonly bool largest;

    private protected ArgReduction(int axis, bool largest)
    {
        this.axis = axis;
        this.largest = largest;
    }

    /// <summary>The axis searched.</summary>
    public int Axis => axis;

    /// <inheritdoc/>
    public sealed override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        var shape = inputs[0].Shape;
        shape.Axis(axis, Name);
        if (inputs[0].DType is not (DType.F32 or DType.F64 or DType.I32 or DType.I64))
        {
            throw Bad($"needs f32, f64, i32 or i64, got {inputs[0]}; convert with To().");
        }

        return shape[axis] > 0 ? [new(shape.Remove(axis), DType.I64)] : throw Bad($"axis {axis} of {shape} is empty.");
    }

    /// <inheritdoc/>
    public sealed override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(inputs[0].Shape.Count, inputs, outputs);

    /// <inheritdoc/>
    public sealed override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads) => [null];

    /// <inheritdoc/>
    protected sealed override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var rows = AxisRows.Last(inputs[0], axis);
        switch (rows.DType)
        {
            case DType.F32:
                For<float>(rows, outputs[0]);
                break;
            case DType.F64:
                For<double>(rows, outputs[0]);
                break;
            case DType.I32:
                For<int>(rows, outputs[0]);
                break;
            default:
                For<long>(rows, outputs[0]);
                break;
        }

        AxisRows.Free(rows, inputs[0]);
    }

    private unsafe void For<T>(Tensor x, Tensor y)
        where T : unmanaged, INumber<T>
    {
        int n = x.Shape[^1];
        int rowsPerPart = Math.Max(1, 16384 / n);
        Scheduler.For(
            checked((int)((y.Count + rowsPerPart - 1) / rowsPerPart)),
            new Job<T> { X = (T*)x.Pointer, Y = (long*)y.Pointer, N = n, Rows = y.Count, RowsPerPart = rowsPerPart, Largest = largest });
    }

    private unsafe struct Job<T> : IJob
        where T : unmanaged, INumber<T>
    {
        public T* X;
        public long* Y;
        public int N;
        public long Rows;
        public int RowsPerPart;
        public bool Largest;

        public readonly void Run(int index)
        {
            long end = Math.Min(Rows, ((long)index + 1) * RowsPerPart);
            for (long row = (long)index * RowsPerPart; row < end; row++)
            {
                T* x = X + (row * N);
                int best = 0;
                for (int i = 1; i < N && !T.IsNaN(x[best]); i++)
                {
                    bool better = Largest ? x[i] > x[best] : x[i] < x[best];
                    best = better || T.IsNaN(x[i]) ? i : best;
                }

                Y[row] = best;
            }
        }
    }
}

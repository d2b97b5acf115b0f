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
    public override IReadOnlyList<OpAttribute> Attributes => [new("axis", axis)];

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
        switch (inputs[0].DType)
        {
            case DType.F32:
                For<float>(inputs[0], outputs[0]);
                break;
            case DType.F64:
                For<double>(inputs[0], outputs[0]);
                break;
            case DType.I32:
                For<int>(inputs[0], outputs[0]);
                break;
            default:
                For<long>(inputs[0], outputs[0]);
                break;
        }
    }

    private unsafe void For<T>(Tensor x, Tensor y)
        where T : unmanaged, INumber<T>
    {
        if (y.Count == 0)
        {
            return;
        }

        if (x.IsContiguous && axis < x.Rank - 1)
        {
            ArgExtreme.Down<T>(x, y, axis, largest);
            return;
        }

        byte* rows = AxisRows.Plain(x, axis, out long bytes);
        ArgExtreme.Rows((T*)rows, x.Shape[axis], y, largest);
        AxisRows.Return(rows, bytes);
    }
}

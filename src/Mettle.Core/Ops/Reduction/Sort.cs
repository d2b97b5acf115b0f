using System.Numerics;

namespace Mettle;

/// <summary>
/// Elements in order along an axis, and their i64 places before. Stable: equals keep their order. NaN counts as the largest.
/// The gradient goes back to those places. Optionally only the first of that order.
/// </summary>
public sealed class Sort : Op
{
    private readonly int axis;
    private readonly bool descending;
    private readonly int? count;

    /// <summary>
    /// Sorts along <paramref name="axis"/> (not negative). With <paramref name="count"/> only as many elements come out:
    /// each element is compared with those kept, so it should be small.
    /// </summary>
    public Sort(int axis, bool descending = false, int? count = null)
    {
        this.axis = axis;
        this.descending = descending;
        this.count = count;
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("sort", typeof(Sort), Samples, Errors);

    /// <summary>The axis sorted along.</summary>
    public int Axis => axis;

    /// <summary>Whether the largest come first.</summary>
    public bool Descending => descending;

    /// <summary>How many elements come out; null: all.</summary>
    public int? Count => count;

    /// <inheritdoc/>
    public override string Name => "sort";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("axis", axis), new("descending", descending), new("count", count)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        inputs[0].Shape.Axis(axis, Name);
        if (inputs[0].DType is not (DType.F32 or DType.F64 or DType.I32 or DType.I64))
        {
            throw Bad($"needs f32, f64, i32 or i64, got {inputs[0]}; convert with To().");
        }

        var shape = inputs[0].Shape;
        if (count is not { } kept)
        {
            return [inputs[0], inputs[0] with { DType = DType.I64 }];
        }

        if (kept < 0 || kept > shape[axis])
        {
            throw Bad($"axis {axis} of {shape} does not have {kept} elements.");
        }

        shape = shape.With(axis, kept);
        return [inputs[0] with { Shape = shape }, new(shape, DType.I64)];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
        => [grads[0] is { } g ? new ScatterAdd(axis, node.Inputs[0].Shape[axis]).Apply(g, node.Outputs[1]) : null];

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
        => new Sort(axis + 1, descending, count).ApplyAll(inputs[0]);

    /// <inheritdoc/>
    protected internal override Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs)
    {
        Tensor[] outputs = [AxisRows.Allocate(specs[0], axis), AxisRows.Allocate(specs[1], axis)];
        Run(inputs, outputs);
        return outputs;
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs[0].Count == 0)
        {
            return;
        }

        switch (inputs[0].DType)
        {
            case DType.F32:
                For<float>(inputs[0], outputs[0], outputs[1]);
                break;
            case DType.F64:
                For<double>(inputs[0], outputs[0], outputs[1]);
                break;
            case DType.I32:
                For<int>(inputs[0], outputs[0], outputs[1]);
                break;
            default:
                For<long>(inputs[0], outputs[0], outputs[1]);
                break;
        }
    }

    private unsafe void For<T>(Tensor x, Tensor values, Tensor places)
        where T : unmanaged, INumber<T>
    {
        int n = x.Shape[axis];
        byte* rows = AxisRows.Plain(x, axis, out long bytes);
        if (values.Count < x.Count)
        {
            SelectRows.Run((T*)rows, n, x.Count / n, values, places, descending);
        }
        else
        {
            SortRows.Run((T*)rows, n, x.Count / n, values, places, descending);
        }

        AxisRows.Return(rows, bytes);
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("rows", new Sort(1), 0, new SampleInput([5, 7], Fill.Distinct)),
        new("columns", new Sort(0), 0, new SampleInput([5, 7], Fill.Distinct)),
        new("descending middle", new Sort(1, descending: true), 0, new SampleInput([3, 4, 5], Fill.Distinct)),
        new("long", new Sort(0), 0, new SampleInput([1037], Fill.Distinct)),
        new("ties", new Sort(0), 0, new SampleInput([1037], Fill.Index, 5)),
        new("ties descending", new Sort(0, descending: true), 0, new SampleInput([1037], Fill.Index, 5)),
        new("first", new Sort(1, count: 3), 0, new SampleInput([5, 77], Fill.Distinct)),
        new("first descending", new Sort(1, descending: true, count: 4), 0, new SampleInput([3, 37, 2], Fill.Distinct)),
        new("first of ties", new Sort(0, descending: true, count: 9), 0, new SampleInput([1037], Fill.Index, 5)),
        new("none", new Sort(1, count: 0), 0, new SampleInput([2, 3])),
        new("one", new Sort(0), 0, new SampleInput([1])),
        new("empty", new Sort(1), 0, new SampleInput([3, 0])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("axis", () => new Sort(1).Apply(Tensor.Zeros([2])), "sort: axis 1 is outside a tensor of shape [2]"),
        new("count", () => new Sort(0, count: 3).Apply(Tensor.Zeros([2])), "sort: axis 0 of [2] does not have 3 elements"),
        new("bool", () => new Sort(0).Apply(Tensor.Full([2], 1, DType.Bool)), "sort: needs f32, f64, i32 or i64, got bool[2]"),
    ];
}

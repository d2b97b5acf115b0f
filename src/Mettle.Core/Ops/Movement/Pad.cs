namespace Mettle;

/// <summary>A constant border around a tensor. Its transpose is a slice.</summary>
public sealed class Pad : Op
{
    private readonly int[] before;
    private readonly int[] after;
    private readonly double value;

    /// <summary>Adds <paramref name="before"/> and <paramref name="after"/> elements (not negative, one count per axis) of <paramref name="value"/>.</summary>
    public Pad(ReadOnlySpan<int> before, ReadOnlySpan<int> after, double value = 0)
    {
        this.before = before.ToArray();
        this.after = after.ToArray();
        this.value = value;
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("pad", typeof(Pad), Samples, Errors);

    /// <summary>Elements put in front of each axis.</summary>
    public IReadOnlyList<int> Before => before;

    /// <summary>Elements put behind each axis.</summary>
    public IReadOnlyList<int> After => after;

    /// <summary>What the border holds.</summary>
    public double Value => value;

    /// <inheritdoc/>
    public override string Name => "pad";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("before", before), new("after", after), new("value", value)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        var shape = inputs[0].Shape;
        bool fits = before.Length == shape.Rank && after.Length == shape.Rank && inputs[0].DType.IsComputing();
        var dims = new int[shape.Rank];
        for (int i = 0; fits && i < dims.Length; i++)
        {
            fits = before[i] >= 0 && after[i] >= 0;
            dims[i] = checked(before[i] + shape[i] + after[i]);
        }

        return fits
            ? [inputs[0] with { Shape = new Shape(dims) }]
            : throw Bad($"[{string.Join(", ", before)}] before and [{string.Join(", ", after)}] after do not fit {inputs[0]}: one count of 0 or more per axis.");
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        if (grads[0] is not { } g)
        {
            return [null];
        }

        var steps = new int[before.Length];
        Array.Fill(steps, 1);
        return [new Slice(before, node.Inputs[0].Shape.Dims, steps).Apply(g)];
    }

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
        => [new Pad([0, .. before], [0, .. after], value).Apply(inputs[0])];

    /// <summary>The result lies as the operand does.</summary>
    protected internal override Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs)
    {
        var (x, shape) = (inputs[0], specs[0].Shape);
        var strides = x.IsContiguous || x.IsRepeated ? shape.RowMajorStrides() : Loop.DenseStrides(shape, x.Strides);
        Tensor[] outputs = [Tensor.AllocateLike(shape, strides, specs[0].DType)];
        Run(inputs, outputs);
        return outputs;
    }

    /// <inheritdoc/>
    protected override unsafe void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (x, y) = (inputs[0], outputs[0]);
        if (y.Count == 0)
        {
            return;
        }

        byte* border = stackalloc byte[sizeof(double)];
        Write(border, y.DType);
        CopyInto.Fill(y, border);
        if (x.Count > 0)
        {
            long offset = 0;
            for (int i = 0; i < before.Length; i++)
            {
                offset += (long)before[i] * y.Strides[i];
            }

            CopyInto.Run(y.Pointer + (offset * y.DType.Size()), y.Strides, x);
        }
    }

    private unsafe void Write(byte* element, DType type)
    {
        switch (type)
        {
            case DType.F32:
                *(float*)element = (float)value;
                break;
            case DType.F64:
                *(double*)element = value;
                break;
            case DType.I32:
                *(int*)element = checked((int)value);
                break;
            case DType.I64:
                *(long*)element = checked((long)value);
                break;
            default:
                *element = value != 0 ? (byte)1 : (byte)0;
                break;
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("image", new Pad([0, 0, 1, 2], [0, 0, 2, 0]), 0, new SampleInput([2, 3, 4, 5])),
        new("value", new Pad([2], [3], -1.5), 0, new SampleInput([7])),
        new("nothing", new Pad([0, 0], [0, 0]), 0, new SampleInput([5, 7])),
        new("empty", new Pad([1, 0], [1, 2]), 0, new SampleInput([0, 3])),
        new("scalar", new Pad([], []), 0, new SampleInput([])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("rank", () => new Pad([1], [1]).Apply(Tensor.Zeros([2, 3])), "pad: [1] before and [1] after do not fit f32[2, 3]"),
        new("negative", () => new Pad([-1], [1]).Apply(Tensor.Zeros([2])), "pad: [-1] before and [1] after do not fit f32[2]"),
    ];
}

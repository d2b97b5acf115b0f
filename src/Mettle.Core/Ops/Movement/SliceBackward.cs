namespace Mettle;

/// <summary>Transpose of <see cref="Slice"/>: lays the operand into zeros of the given shape.</summary>
public sealed class SliceBackward : Op
{
    private readonly Shape to;
    private readonly int[] starts;
    private readonly int[] steps;

    /// <summary>Where each axis of the operand begins in <paramref name="to"/> and with what step.</summary>
    public SliceBackward(Shape to, ReadOnlySpan<int> starts, ReadOnlySpan<int> steps)
    {
        this.to = to;
        this.starts = starts.ToArray();
        this.steps = steps.ToArray();
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("slice_backward", typeof(SliceBackward), Samples, Errors);

    /// <summary>The result's shape.</summary>
    public Shape To => to;

    /// <summary>Where each axis of the operand begins in the result.</summary>
    public IReadOnlyList<int> Starts => starts;

    /// <summary>Index step of each axis.</summary>
    public IReadOnlyList<int> Steps => steps;

    /// <inheritdoc/>
    public override string Name => "slice_backward";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("to", to), new("starts", starts), new("steps", steps)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);

        // The slice checks the bounds; its result must be the operand.
        new Slice(starts, inputs[0].Shape.Dims, steps).Infer([new TensorSpec(to, inputs[0].DType)]);
        return [inputs[0] with { Shape = to }];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
        => [grads[0] is { } g ? new Slice(starts, node.Inputs[0].Shape.Dims, steps).Apply(g) : null];

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
        => [new SliceBackward(to.Insert(0, size), [0, .. starts], [1, .. steps]).Apply(inputs[0])];

    /// <inheritdoc/>
    protected override unsafe void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var y = outputs[0];
        new Span<byte>(y.Pointer, checked((int)y.Spec.Bytes)).Clear();
        long offset = 0;
        var strides = new int[to.Rank];
        for (int i = 0; i < strides.Length; i++)
        {
            offset += inputs[0].Count == 0 ? 0 : (long)starts[i] * y.Strides[i];
            strides[i] = y.Strides[i] * steps[i];
        }

        CopyInto.Run(y.View(inputs[0].Shape, strides, offset), inputs[0]);
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("block", new SliceBackward([5, 7], [1, 2], [1, 1]), 0, new SampleInput([3, 4])),
        new("every second", new SliceBackward([5, 7], [0, 1], [1, 2]), 0, new SampleInput([5, 3])),
        new("reversed", new SliceBackward([5], [4], [-1]), 0, new SampleInput([5])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("outside", () => new SliceBackward([5], [3], [1]).Apply(Tensor.Zeros([3])), "slice: start 3, size 3, step 1 leaves axis 0 of [5]"),
    ];
}

namespace Mettle;

/// <summary>Elements start, start + step, ... (size of them) of every axis. Shares memory; a negative step reverses.</summary>
public sealed class Slice : ViewOp
{
    private readonly int[] starts;
    private readonly int[] sizes;
    private readonly int[] steps;

    /// <summary>One start, size and step per axis.</summary>
    public Slice(ReadOnlySpan<int> starts, ReadOnlySpan<int> sizes, ReadOnlySpan<int> steps)
    {
        this.starts = starts.ToArray();
        this.sizes = sizes.ToArray();
        this.steps = steps.ToArray();
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("slice", typeof(Slice), Samples, Errors);

    /// <summary>First index of each axis.</summary>
    public IReadOnlyList<int> Starts => starts;

    /// <summary>Result dimension of each axis.</summary>
    public IReadOnlyList<int> Sizes => sizes;

    /// <summary>Index step of each axis.</summary>
    public IReadOnlyList<int> Steps => steps;

    /// <inheritdoc/>
    public override string Name => "slice";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("starts", starts), new("sizes", sizes), new("steps", steps)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        var shape = inputs[0].Shape;
        if (starts.Length != shape.Rank || sizes.Length != shape.Rank || steps.Length != shape.Rank)
        {
            throw Bad($"needs a start, size and step for each axis of {shape}.");
        }

        for (int i = 0; i < shape.Rank; i++)
        {
            long last = starts[i] + ((sizes[i] - 1L) * steps[i]);
            bool inside = sizes[i] == 0 || (starts[i] >= 0 && starts[i] < shape[i] && last >= 0 && last < shape[i]);
            if (steps[i] == 0 || sizes[i] < 0 || !inside)
            {
                throw Bad($"start {starts[i]}, size {sizes[i]}, step {steps[i]} leaves axis {i} of {shape}.");
            }
        }

        return [inputs[0] with { Shape = new Shape(sizes) }];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads)
        => [grads[0] is { } g ? new SliceBackward(node.Inputs[0].Shape, starts, steps).Apply(g) : null];

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size)
        => [new Slice([0, .. starts], [size, .. sizes], [1, .. steps]).Apply(inputs[0])];

    /// <inheritdoc/>
    protected override Tensor View(Tensor x, Shape shape)
    {
        long offset = x.Offset;
        var strides = new int[shape.Rank];
        for (int i = 0; i < shape.Rank; i++)
        {
            offset += sizes[i] == 0 ? 0 : (long)starts[i] * x.Strides[i];
            strides[i] = x.Strides[i] * steps[i];
        }

        return x.View(shape, strides, offset);
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("block", new Slice([1, 2], [3, 4], [1, 1]), 0, new SampleInput([5, 7])),
        new("every second", new Slice([0, 1], [5, 3], [1, 2]), 0, new SampleInput([5, 7])),
        new("reversed", new Slice([4], [5], [-1]), 0, new SampleInput([5])),
        new("empty", new Slice([0, 0], [0, 7], [1, 1]), 0, new SampleInput([5, 7])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("outside", () => new Slice([3], [3], [1]).Apply(Tensor.Zeros([5])), "slice: start 3, size 3, step 1 leaves axis 0 of [5]"),
        new("rank", () => new Slice([0], [1], [1]).Apply(Tensor.Zeros([5, 5])), "slice: needs a start, size and step for each axis of [5, 5]"),
    ];
}

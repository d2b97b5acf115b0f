namespace Mettle;

/// <summary>1 at the i64 label's place of a new last axis, 0 elsewhere; f32, no gradient.</summary>
public sealed class OneHot : Op
{
    private readonly int classes;

    /// <summary>The new axis has <paramref name="classes"/> elements.</summary>
    public OneHot(int classes) => this.classes = classes;

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("one_hot", typeof(OneHot), Samples, Errors);

    /// <summary>Number of classes.</summary>
    public int Classes => classes;

    /// <inheritdoc/>
    public override string Name => "one_hot";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("classes", classes)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        Expect(inputs, 1);
        return inputs[0].DType == DType.I64
            ? [new(inputs[0].Shape.Insert(inputs[0].Shape.Rank, classes), DType.F32)]
            : throw Bad($"needs i64 labels, got {inputs[0]}; convert with To().");
    }

    internal override bool WantsRows(int input, Shape shape) => true;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Node node, ReadOnlySpan<Tensor?> grads) => [null];

    /// <inheritdoc/>
    public override Tensor[] Vmap(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<bool> batched, int size) => [Apply(inputs[0])];

    /// <inheritdoc/>
    protected override unsafe void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var labels = inputs[0].RowMajor();
        IndexCheck.Run(Name, labels, classes);
        float* y = (float*)outputs[0].Pointer;
        new Span<float>(y, checked((int)outputs[0].Count)).Clear();
        for (long i = 0; i < labels.Count; i++)
        {
            y[(i * classes) + ((long*)labels.Pointer)[i]] = 1;
        }
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("labels", new OneHot(4), 0, new SampleInput([7], Fill.Index, 4)) { Differentiable = [] },
        new("matrix", new OneHot(3), 0, new SampleInput([5, 2], Fill.Index, 3)) { Differentiable = [] },
        new("scalar", new OneHot(2), 0, new SampleInput([], Fill.Index, 2)) { Differentiable = [] },
        new("none", new OneHot(3), 0, new SampleInput([0], Fill.Index, 3)) { Differentiable = [] },
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("label", () => new OneHot(3).Apply(Tensor.From([0L, 5L])), "one_hot: index 5 (element 1 of the index tensor [2]) is outside an axis of size 3"),
        new("type", () => new OneHot(3).Apply(Tensor.Zeros([2])), "one_hot: needs i64 labels, got f32[2]"),
    ];
}

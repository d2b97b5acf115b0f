namespace Mettle;

/// <summary>
/// Negative log-likelihood of a class under softmax of the logits, per sample. Inputs: logits [N, C] or [N, C, d...], i64
/// targets [N] or [N, d...], and optionally class weights [C] (constants: no gradient). Results, both [N] or [N, d...]: the
/// loss, and the sample's weight (0 where ignored; no gradient), whose sum divides the mean.
/// </summary>
/// <remarks>
/// With smoothing s the target distribution is (1 - s) one-hot + s / C (Szegedy and others, arXiv:1512.00567, section 7),
/// each class's term multiplied by its weight, as PyTorch defines it.
/// </remarks>
public sealed class CrossEntropy : FusedOp
{
    private readonly double smoothing;
    private readonly long ignoreIndex;

    /// <summary>A target equal to <paramref name="ignoreIndex"/> gives loss 0 and weight 0.</summary>
    public CrossEntropy(double smoothing = 0, long ignoreIndex = -100)
    {
        if (smoothing is not (>= 0 and <= 1))
        {
            throw new ArgumentException($"cross_entropy: label smoothing is between 0 and 1, got {smoothing}.");
        }

        this.smoothing = smoothing;
        this.ignoreIndex = ignoreIndex;
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("cross_entropy", typeof(CrossEntropy), Samples, Errors);

    /// <summary>Share of the target spread evenly over all classes.</summary>
    public double Smoothing => smoothing;

    /// <summary>Target value of samples to leave out.</summary>
    public long IgnoreIndex => ignoreIndex;

    /// <inheritdoc/>
    public override string Name => "cross_entropy";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("smoothing", smoothing), new("ignore_index", ignoreIndex)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        if (inputs.Length is not (2 or 3))
        {
            throw Bad($"takes logits, targets and optionally class weights, got {inputs.Length} inputs.");
        }

        ExpectFloat(inputs[0]);
        var x = inputs[0].Shape;
        if (x.Rank < 2 || inputs[1] != new TensorSpec(x.Remove(1), DType.I64))
        {
            throw Bad($"needs logits [N, C, ...] and i64 targets [N, ...], got {inputs[0]} and {inputs[1]}.");
        }

        if (inputs.Length == 3 && inputs[2] != new TensorSpec([x[1]], inputs[0].DType))
        {
            throw Bad($"needs one class weight of type {inputs[0].DType.Label()} for each of {x[1]} classes, got {inputs[2]}.");
        }

        return [new(x.Remove(1), inputs[0].DType), new(x.Remove(1), inputs[0].DType)];
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(((smoothing > 0 ? 6 : 4) * inputs[0].Shape.Count) + (2 * outputs[0].Shape.Count), inputs, outputs);

    /// <inheritdoc/>
    public override Tensor[] Decompose(Tensor[] inputs)
    {
        var (x, target) = (inputs[0], inputs[1]);
        int classes = x.Shape[1];
        var ignored = target.EqualTo(Tensor.From([(long)ignoreIndex], Shape.Scalar));
        var safe = Tensor.Where(ignored, 0, target);
        var weights = inputs.Length == 3 ? inputs[2].Detach() : Tensor.Ones([classes], x.DType);
        var weight = Tensor.Where(ignored, 0, weights.IndexSelect(0, safe));
        if (x.Count == 0)
        {
            return [x.Sum(1), weight];
        }

        var log = new LogSoftmax(1).Apply(x);
        var loss = -(log.Gather(1, safe.Unsqueeze(1)).Squeeze(1) * weight);
        if (smoothing > 0)
        {
            var column = Shape.Scalar;
            for (int i = 0; i < x.Rank - 1; i++)
            {
                column = column.Insert(i, i == 0 ? classes : 1);
            }

            var spread = -(log * weights.Reshape(column)).Sum(1);
            loss = (loss * (1 - smoothing)) + (spread * (smoothing / classes));
        }

        return [Tensor.Where(ignored, 0, loss), weight];
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var target = inputs[1].RowMajor();
        IndexCheck.Run(Name, target, inputs[0].Shape[1], ignoreIndex);
        var weights = inputs.Length == 3 ? inputs[2].RowMajor() : null;
        var rows = AxisRows.Last(inputs[0], 1);
        CrossEntropyRows.Forward(rows, target, weights, outputs[0], outputs[1], smoothing, ignoreIndex);
        AxisRows.Free(rows, inputs[0]);
    }

    /// <inheritdoc/>
    protected override Tensor?[] FusedGradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        var result = new Tensor?[node.Inputs.Count];
        if (grads[0] is { } g)
        {
            var x = node.Inputs[0];
            var rows = AxisRows.Last(x, 1);
            var dx = AxisRows.Allocate(x.Spec, 1);
            CrossEntropyRows.Backward(
                rows, node.Inputs[1].RowMajor(), result.Length == 3 ? node.Inputs[2].RowMajor() : null, g.RowMajor(), dx, smoothing, ignoreIndex);
            AxisRows.Free(rows, x);
            result[0] = dx;
        }

        return result;
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("rows", new CrossEntropy(), (4 * 35) + 10, new SampleInput([5, 7]), new SampleInput([5], Fill.Index, 7)) { Differentiable = [0] },
        new("pixels", new CrossEntropy(), (4 * 60) + 40, new SampleInput([2, 3, 2, 5]), new SampleInput([2, 2, 5], Fill.Index, 3)) { Differentiable = [0] },
        new("smoothed", new CrossEntropy(0.1), (6 * 35) + 10, new SampleInput([5, 7]), new SampleInput([5], Fill.Index, 7)) { Differentiable = [0] },
        new("weighted", new CrossEntropy(0.2, 2), (6 * 35) + 10, new SampleInput([5, 7]), new SampleInput([5], Fill.Index, 7), new SampleInput([7], Fill.Positive)) { Differentiable = [0] },
        new("ignored", new CrossEntropy(0, 1), (4 * 27) + 18, new SampleInput([9, 3]), new SampleInput([9], Fill.Index, 3)) { Differentiable = [0] },
        new("many classes", new CrossEntropy(), (4 * 2 * 4999) + 4, new SampleInput([2, 4999]), new SampleInput([2], Fill.Index, 4999)) { Differentiable = [0] },
        new("no samples", new CrossEntropy(), 0, new SampleInput([0, 3]), new SampleInput([0], Fill.Index, 3)) { Differentiable = [0] },
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("target", () => new CrossEntropy().ApplyAll(Tensor.Zeros([2, 3]), Tensor.From([0L, 3L])), "cross_entropy: index 3 (element 1 of the index tensor [2]) is outside an axis of size 3"),
        new("shapes", () => new CrossEntropy().ApplyAll(Tensor.Zeros([2, 3]), Tensor.From([0L])), "cross_entropy: needs logits [N, C, ...] and i64 targets [N, ...], got f32[2, 3] and i64[1]"),
        new("weights", () => new CrossEntropy().ApplyAll(Tensor.Zeros([2, 3]), Tensor.From([0L, 1L]), Tensor.Ones([2])), "cross_entropy: needs one class weight of type f32 for each of 3 classes, got f32[2]"),
        new("smoothing", () => new CrossEntropy(1.5), "cross_entropy: label smoothing is between 0 and 1, got 1.5"),
    ];
}

namespace Mettle;

/// <summary>
/// Evaluation form of batch normalisation of [N, C, ...]: each channel by a given mean and variance [C], then times a weight
/// and plus a bias [C], if given, plus a tensor like the first, if given, then max(y, 0) if rectified. Inputs: x, mean,
/// variance, weight and bias, what is added. Ioffe, Szegedy: Batch Normalization, 2015, algorithm 2.
/// </summary>
public sealed class BatchNormInference : FusedOp
{
    private readonly double epsilon;

    /// <summary>Adds <paramref name="epsilon"/> to the variance; with <paramref name="rectified"/> a rectifier comes last.</summary>
    public BatchNormInference(double epsilon, bool rectified = false) => (this.epsilon, IsRectified) = (epsilon, rectified);

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("batch_norm_inference", typeof(BatchNormInference), Samples, Errors);

    /// <summary>What is added to the variance.</summary>
    public double Epsilon => epsilon;

    /// <summary>Whether a rectifier follows; what comes before it is never stored.</summary>
    public bool IsRectified { get; }

    /// <inheritdoc/>
    public override string Name => "batch_norm_inference";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("epsilon", epsilon), new("rectified", IsRectified)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        if (inputs.Length is < 3 or > 6)
        {
            throw Bad($"takes x, mean, variance, a weight and a bias or neither, and optionally a tensor to add, got {inputs.Length} inputs.");
        }

        ExpectFloat(inputs[0]);
        var x = inputs[0].Shape;
        if (x.Rank < 2)
        {
            throw Bad($"needs [N, C, ...], got {x}.");
        }

        TensorSpec channels = new([x[1]], inputs[0].DType);
        foreach (var input in inputs[1..(inputs.Length > 4 ? 5 : 3)])
        {
            if (input != channels)
            {
                throw Bad($"mean, variance, weight and bias must be {channels}, got {input}.");
            }
        }

        if (inputs.Length % 2 == 0 && inputs[^1] != inputs[0])
        {
            throw Bad($"what is added must be {inputs[0]}, got {inputs[^1]}.");
        }

        return [inputs[0]];
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
    {
        int perElement = 2 + (inputs.Length > 4 ? 1 : 0) + (inputs.Length % 2 == 0 ? 1 : 0) + (IsRectified ? 1 : 0);
        return Mettle.Cost.Dense(perElement * outputs[0].Shape.Count, inputs, outputs);
    }

    /// <inheritdoc/>
    public override Tensor[] Decompose(Tensor[] inputs)
    {
        var x = inputs[0];
        var kept = x.KeptShape([.. Enumerable.Range(0, x.Rank).Where(a => a != 1)]);
        var scale = 1 / (inputs[2] + epsilon).Sqrt();
        scale = inputs.Length > 4 ? scale * inputs[3] : scale;
        var y = (x - inputs[1].Reshape(kept)) * scale.Reshape(kept);
        y = inputs.Length > 4 ? y + inputs[4].Reshape(kept) : y;
        y = inputs.Length % 2 == 0 ? y + inputs[^1] : y;
        return [IsRectified ? y.Relu() : y];
    }

    /// <inheritdoc/>
    protected internal override Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs)
    {
        Tensor[] outputs = [AllocateLike(inputs[0])];
        Run(inputs, outputs);
        return outputs;
    }

    internal override bool WantsRows(int input, Shape shape) => shape.Rank == 1;

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (w, b) = inputs.Length > 4 ? (inputs[3].RowMajor(), inputs[4].RowMajor()) : (null, null);
        var more = inputs.Length % 2 == 0 ? inputs[^1] : null;
        Normalise(inputs[0], inputs[1].RowMajor(), inputs[2].RowMajor(), w, b, more, IsRectified, outputs[0]);
    }

    /// <inheritdoc/>
    protected override Tensor?[] FusedGradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        var result = new Tensor?[node.Inputs.Count];
        if (grads[0] is not { } g)
        {
            return result;
        }

        g = IsRectified ? Relu.Open(node.Outputs[0], g) : g;
        if (result.Length % 2 == 0)
        {
            result[^1] = g;
        }

        var (mean, variance) = (node.Inputs[1], node.Inputs[2]);
        bool affine = result.Length > 4;
        var weight = affine ? node.Inputs[3] : null;
        if (node.Needs(0))
        {
            result[0] = AllocateLike(g);
            Normalise(g, null, variance.RowMajor(), weight?.RowMajor(), null, null, rectified: false, result[0]!);
        }

        if (Enumerable.Range(1, affine ? 4 : 2).Any(node.Needs))
        {
            var (sum, dot) = Sums(node.Inputs[0], g, mean.RowMajor());
            var scale = 1 / (variance + epsilon).Sqrt();
            var slope = affine ? scale * weight! : scale;
            result[1] = -(slope * sum);
            result[2] = slope * scale.Square() * dot * -0.5;
            if (affine)
            {
                (result[3], result[4]) = (scale * dot, sum);
            }
        }

        return result;
    }

    // Row-major planes stay planes, all else becomes rows of channels.
    private static Tensor AllocateLike(Tensor x)
        => x.IsContiguous ? Tensor.Allocate(x.Shape, x.DType) : ChannelRows.Allocate(x.Spec);

    private void Normalise(Tensor x, Tensor? mean, Tensor variance, Tensor? weight, Tensor? bias, Tensor? more, bool rectified, Tensor y)
    {
        if (!ChannelRows.Lies(y))
        {
            more = more?.RowMajor();
            if (x.DType == DType.F32)
            {
                ChannelPlanes.Normalise<float>(x, mean, variance, weight, bias, more, rectified, y, epsilon);
            }
            else
            {
                ChannelPlanes.Normalise<double>(x, mean, variance, weight, bias, more, rectified, y, epsilon);
            }

            return;
        }

        var rows = ChannelRows.Of(x);
        var added = more is null ? null : ChannelRows.Of(more);
        if (x.DType == DType.F32)
        {
            BatchNormColumns.Inference<float>(rows, mean, variance, weight, bias, added, rectified, y, epsilon);
        }
        else
        {
            BatchNormColumns.Inference<double>(rows, mean, variance, weight, bias, added, rectified, y, epsilon);
        }

        ChannelRows.Free(rows, x);
        if (added is not null)
        {
            ChannelRows.Free(added, more!);
        }
    }

    private static (Tensor Sum, Tensor Dot) Sums(Tensor input, Tensor grad, Tensor mean)
    {
        if (input.Count == 0)
        {
            return (Tensor.Zeros(mean.Shape, mean.DType), Tensor.Zeros(mean.Shape, mean.DType));
        }

        var (x, g) = (ChannelRows.Of(input), ChannelRows.Of(grad));
        var (sum, dot) = (Tensor.Allocate(mean.Shape, mean.DType), Tensor.Allocate(mean.Shape, mean.DType));
        if (x.DType == DType.F32)
        {
            BatchNormColumns.Products<float>(x, g, mean, sum, dot);
        }
        else
        {
            BatchNormColumns.Products<double>(x, g, mean, sum, dot);
        }

        ChannelRows.Free(x, input);
        ChannelRows.Free(g, grad);
        return (sum, dot);
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("features", new BatchNormInference(1e-5), 3 * 21, new SampleInput([7, 3]), new SampleInput([3]), new SampleInput([3], Fill.Positive), new SampleInput([3]), new SampleInput([3])),
        new("images", new BatchNormInference(1e-3), 3 * 3 * 17 * 20, new SampleInput([3, 17, 4, 5]), new SampleInput([17]), new SampleInput([17], Fill.Positive), new SampleInput([17]), new SampleInput([17])),
        new("one channel", new BatchNormInference(1e-5), 3 * 90, new SampleInput([2, 1, 45]), new SampleInput([1]), new SampleInput([1], Fill.Positive), new SampleInput([1]), new SampleInput([1])),
        new("plain", new BatchNormInference(1e-5), 2 * 300, new SampleInput([1, 100, 3]), new SampleInput([100]), new SampleInput([100], Fill.Positive)),
        new("empty", new BatchNormInference(1e-5), 0, new SampleInput([0, 3, 2]), new SampleInput([3]), new SampleInput([3], Fill.Positive), new SampleInput([3]), new SampleInput([3])),
        new("rectified", new BatchNormInference(1e-3, rectified: true), 4 * 3 * 17 * 20, new SampleInput([3, 17, 4, 5]), new SampleInput([17]), new SampleInput([17], Fill.Positive), new SampleInput([17]), new SampleInput([17])),
        new("sum", new BatchNormInference(1e-3), 3 * 6 * 37, new SampleInput([6, 37]), new SampleInput([37]), new SampleInput([37], Fill.Positive), new SampleInput([6, 37])),
        new("rectified sum", new BatchNormInference(1e-3, rectified: true), 5 * 3 * 5 * 35, new SampleInput([3, 5, 5, 7]), new SampleInput([5]), new SampleInput([5], Fill.Positive), new SampleInput([5]), new SampleInput([5]), new SampleInput([3, 5, 5, 7])),
        new("empty sum", new BatchNormInference(1e-5, rectified: true), 0, new SampleInput([2, 3, 0]), new SampleInput([3]), new SampleInput([3], Fill.Positive), new SampleInput([2, 3, 0])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("rank", () => new BatchNormInference(1e-5).ApplyAll(Tensor.Zeros([3]), Tensor.Zeros([3]), Tensor.Zeros([3])), "batch_norm_inference: needs [N, C, ...], got [3]"),
        new("variance", () => new BatchNormInference(1e-5).ApplyAll(Tensor.Zeros([2, 3]), Tensor.Zeros([3]), Tensor.Zeros([2])), "batch_norm_inference: mean, variance, weight and bias must be f32[3], got f32[2]"),
        new("sum", () => new BatchNormInference(1e-5).ApplyAll(Tensor.Zeros([2, 3]), Tensor.Zeros([3]), Tensor.Zeros([3]), Tensor.Zeros([2])), "batch_norm_inference: what is added must be f32[2, 3], got f32[2]"),
        new("inputs", () => new BatchNormInference(1e-5).Apply(Tensor.Zeros([2, 3])), "batch_norm_inference: takes x, mean, variance, a weight and a bias or neither, and optionally a tensor to add, got 1 inputs"),
    ];
}

namespace Mettle;

/// <summary>
/// Training form of batch normalisation of [N, C, ...]: each channel by its mean and biased variance over all other axes,
/// then times a weight and plus a bias [C], if given, plus a tensor like the first, if given, then max(y, 0) if rectified.
/// Inputs: x, weight and bias, what is added. Results: y, means [C], variances [C]. Ioffe, Szegedy: Batch Normalization,
/// 2015, algorithm 1.
/// </summary>
public sealed class BatchNorm : FusedOp
{
    private readonly double epsilon;

    /// <summary>Adds <paramref name="epsilon"/> to the variance; with <paramref name="rectified"/> a rectifier comes last.</summary>
    public BatchNorm(double epsilon, bool rectified = false) => (this.epsilon, IsRectified) = (epsilon, rectified);

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("batch_norm", typeof(BatchNorm), Samples, Errors);

    /// <summary>What is added to the variance.</summary>
    public double Epsilon => epsilon;

    /// <summary>Whether a rectifier follows; what comes before it is never stored.</summary>
    public bool IsRectified { get; }

    /// <inheritdoc/>
    public override string Name => "batch_norm";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("epsilon", epsilon), new("rectified", IsRectified)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        if (inputs.Length is < 1 or > 4)
        {
            throw Bad($"takes x, a weight and a bias or neither, and optionally a tensor to add, got {inputs.Length} inputs.");
        }

        ExpectFloat(inputs[0]);
        var x = inputs[0].Shape;
        if (x.Rank < 2 || x[1] == 0 || x.Count / x[1] < 2)
        {
            throw Bad($"needs [N, C, ...] with more than one value per channel, got {x}.");
        }

        TensorSpec channels = new([x[1]], inputs[0].DType);
        foreach (var input in inputs.Length > 2 ? inputs[1..3] : [])
        {
            if (input != channels)
            {
                throw Bad($"weight and bias must be {channels}, got {input}.");
            }
        }

        if (inputs.Length % 2 == 0 && inputs[^1] != inputs[0])
        {
            throw Bad($"what is added must be {inputs[0]}, got {inputs[^1]}.");
        }

        return [inputs[0], channels, channels];
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
    {
        int perElement = 6 + (inputs.Length > 2 ? 1 : 0) + (inputs.Length % 2 == 0 ? 1 : 0) + (IsRectified ? 1 : 0);
        return Mettle.Cost.Dense(perElement * outputs[0].Shape.Count, inputs, outputs);
    }

    /// <inheritdoc/>
    public override Tensor[] Decompose(Tensor[] inputs)
    {
        var x = inputs[0];
        int[] axes = [.. Enumerable.Range(0, x.Rank).Where(a => a != 1)];
        var kept = x.KeptShape(axes);
        var mean = x.Mean(axes);
        var centred = x - mean.Reshape(kept);
        var variance = centred.Square().Mean(axes);
        var y = centred / (variance.Reshape(kept) + epsilon).Sqrt();
        y = inputs.Length > 2 ? (y * inputs[1].Reshape(kept)) + inputs[2].Reshape(kept) : y;
        y = inputs.Length % 2 == 0 ? y + inputs[^1] : y;
        return [IsRectified ? y.Relu() : y, mean, variance];
    }

    /// <inheritdoc/>
    protected internal override Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs)
    {
        Tensor[] outputs = [ChannelRows.Allocate(specs[0]), Tensor.Allocate(specs[1].Shape, specs[1].DType), Tensor.Allocate(specs[2].Shape, specs[2].DType)];
        Run(inputs, outputs);
        return outputs;
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var x = ChannelRows.Of(inputs[0]);
        var w = inputs.Length > 2 ? inputs[1].RowMajor() : null;
        var b = inputs.Length > 2 ? inputs[2].RowMajor() : null;
        var more = inputs.Length % 2 == 0 ? ChannelRows.Of(inputs[^1]) : null;
        if (x.DType == DType.F32)
        {
            BatchNormColumns.Forward<float>(x, w, b, more, IsRectified, outputs[0], outputs[1], outputs[2], epsilon);
        }
        else
        {
            BatchNormColumns.Forward<double>(x, w, b, more, IsRectified, outputs[0], outputs[1], outputs[2], epsilon);
        }

        ChannelRows.Free(x, inputs[0]);
        if (more is not null)
        {
            ChannelRows.Free(more, inputs[^1]);
        }
    }

    /// <inheritdoc/>
    protected override Tensor?[] FusedGradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        var (input, mean, variance) = (node.Inputs[0], node.Outputs[1], node.Outputs[2]);
        var result = new Tensor?[node.Inputs.Count];
        if (grads[0] is { } grad)
        {
            var (x, g) = (ChannelRows.Of(input), ChannelRows.Of(grad));
            bool adds = result.Length % 2 == 0;
            var w = result.Length > 2 ? node.Inputs[1].RowMajor() : null;
            var b = result.Length > 2 ? node.Inputs[2].RowMajor() : null;
            var dx = ChannelRows.Allocate(input.Spec);
            var open = adds && IsRectified ? ChannelRows.Allocate(input.Spec) : null;
            var y = open is null ? null : node.Outputs[0];
            var (dw, db) = (Tensor.Allocate(mean.Shape, mean.DType), Tensor.Allocate(mean.Shape, mean.DType));
            if (x.DType == DType.F32)
            {
                BatchNormColumns.Backward<float>(x, w, b, g, IsRectified, y, open, mean, variance, dx, dw, db, epsilon);
            }
            else
            {
                BatchNormColumns.Backward<double>(x, w, b, g, IsRectified, y, open, mean, variance, dx, dw, db, epsilon);
            }

            ChannelRows.Free(x, input);
            ChannelRows.Free(g, grad);
            result[0] = dx;
            if (result.Length > 2)
            {
                (result[1], result[2]) = (dw, db);
            }

            if (adds)
            {
                result[^1] = open ?? grad;
            }
        }

        if (grads[1] is not null || grads[2] is not null)
        {
            result[0] = Moments(input, mean, grads[1], grads[2], result[0]);
        }

        return result;
    }

    private static Tensor Moments(Tensor x, Tensor mean, Tensor? byMean, Tensor? byVariance, Tensor? sum)
    {
        int[] axes = [.. Enumerable.Range(0, x.Rank).Where(a => a != 1)];
        var kept = x.KeptShape(axes);
        double share = (double)mean.Count / x.Count;
        if (byMean is not null)
        {
            var term = (byMean * share).Reshape(kept).Broadcast(x.Shape);
            sum = sum is null ? term : sum + term;
        }

        if (byVariance is not null)
        {
            var term = (x - mean.Reshape(kept)) * (byVariance * (2 * share)).Reshape(kept);
            sum = sum is null ? term : sum + term;
        }

        return sum!;
    }

    private static IEnumerable<OpSample> Samples() =>
    [
        new("features", new BatchNorm(1e-5), 7 * 24, new SampleInput([6, 4]), new SampleInput([4]), new SampleInput([4])) { Tolerance = 1e-5 },
        new("images", new BatchNorm(1e-5), 7 * 3 * 18 * 20, new SampleInput([3, 18, 4, 5]), new SampleInput([18]), new SampleInput([18])) { Tolerance = 1e-5 },
        new("plain", new BatchNorm(1e-3), 6 * 2 * 3 * 7, new SampleInput([2, 3, 7])) { Tolerance = 1e-5 },
        new("one channel", new BatchNorm(1e-5), 7 * 3 * 59, new SampleInput([3, 1, 59]), new SampleInput([1]), new SampleInput([1])) { Tolerance = 1e-5 },
        new("many channels", new BatchNorm(1e-5), 7 * 4 * 300, new SampleInput([4, 300]), new SampleInput([300]), new SampleInput([300])) { Tolerance = 1e-5 },
        new("rectified", new BatchNorm(1e-5, rectified: true), 8 * 3 * 18 * 20, new SampleInput([3, 18, 4, 5]), new SampleInput([18]), new SampleInput([18])) { Tolerance = 1e-5 },
        new("rectified, plain", new BatchNorm(1e-3, rectified: true), 7 * 2 * 3 * 7, new SampleInput([2, 3, 7])) { Tolerance = 1e-5 },
        new("sum", new BatchNorm(1e-3), 8 * 5 * 6 * 7, new SampleInput([5, 6, 7]), new SampleInput([6]), new SampleInput([6]), new SampleInput([5, 6, 7])) { Tolerance = 1e-5 },
        new("rectified sum", new BatchNorm(1e-3, rectified: true), 9 * 3 * 18 * 20, new SampleInput([3, 18, 4, 5]), new SampleInput([18]), new SampleInput([18]), new SampleInput([3, 18, 4, 5])) { Tolerance = 1e-5 },
        new("rectified sum, plain", new BatchNorm(1e-3, rectified: true), 8 * 5 * 33, new SampleInput([5, 33]), new SampleInput([5, 33])) { Tolerance = 1e-5 },
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("one value", () => new BatchNorm(1e-5).Apply(Tensor.Zeros([1, 3])), "batch_norm: needs [N, C, ...] with more than one value per channel, got [1, 3]"),
        new("weight", () => new BatchNorm(1e-5).Apply(Tensor.Zeros([2, 3]), Tensor.Zeros([2]), Tensor.Zeros([3])), "batch_norm: weight and bias must be f32[3], got f32[2]"),
        new("sum", () => new BatchNorm(1e-5).Apply(Tensor.Zeros([2, 3]), Tensor.Zeros([3, 2])), "batch_norm: what is added must be f32[2, 3], got f32[3, 2]"),
        new("inputs", () => new BatchNorm(1e-5).ApplyAll([]), "batch_norm: takes x, a weight and a bias or neither, and optionally a tensor to add, got 0 inputs"),
    ];
}

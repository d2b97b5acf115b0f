namespace Mettle;

/// <summary>
/// Training form of batch normalisation of [N, C, ...]: each channel by its mean and biased variance over all other axes,
/// then times a weight and plus a bias [C], if given. Results: y, means [C], variances [C]. Ioffe, Szegedy: Batch
/// Normalization, 2015, algorithm 1.
/// </summary>
public sealed class BatchNorm : FusedOp
{
    private readonly double epsilon;

    /// <summary>Adds <paramref name="epsilon"/> to the variance.</summary>
    public BatchNorm(double epsilon) => this.epsilon = epsilon;

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("batch_norm", typeof(BatchNorm), Samples, Errors);

    /// <summary>What is added to the variance.</summary>
    public double Epsilon => epsilon;

    /// <inheritdoc/>
    public override string Name => "batch_norm";

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        if (inputs.Length != 3)
        {
            Expect(inputs, 1);
        }

        ExpectFloat(inputs[0]);
        var x = inputs[0].Shape;
        if (x.Rank < 2 || x[1] == 0 || x.Count / x[1] < 2)
        {
            throw Bad($"needs [N, C, ...] with more than one value per channel, got {x}.");
        }

        TensorSpec channels = new([x[1]], inputs[0].DType);
        foreach (var input in inputs[1..])
        {
            if (input != channels)
            {
                throw Bad($"weight and bias must be {channels}, got {input}.");
            }
        }

        return [inputs[0], channels, channels];
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense((inputs.Length > 1 ? 7 : 6) * outputs[0].Shape.Count, inputs, outputs);

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
        y = inputs.Length > 1 ? (y * inputs[1].Reshape(kept)) + inputs[2].Reshape(kept) : y;
        return [y, mean, variance];
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
        var w = inputs.Length > 1 ? inputs[1].RowMajor() : null;
        var b = inputs.Length > 1 ? inputs[2].RowMajor() : null;
        if (x.DType == DType.F32)
        {
            BatchNormColumns.Forward<float>(x, w, b, outputs[0], outputs[1], outputs[2], epsilon);
        }
        else
        {
            BatchNormColumns.Forward<double>(x, w, b, outputs[0], outputs[1], outputs[2], epsilon);
        }

        ChannelRows.Free(x, inputs[0]);
    }

    /// <inheritdoc/>
    protected override Tensor?[] FusedGradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        var (input, mean, variance) = (node.Inputs[0], node.Outputs[1], node.Outputs[2]);
        var result = new Tensor?[node.Inputs.Count];
        if (grads[0] is { } grad)
        {
            var (x, g) = (ChannelRows.Of(input), ChannelRows.Of(grad));
            var w = result.Length > 1 ? node.Inputs[1].RowMajor() : null;
            var dx = ChannelRows.Allocate(input.Spec);
            var (dw, db) = (Tensor.Allocate(mean.Shape, mean.DType), Tensor.Allocate(mean.Shape, mean.DType));
            if (x.DType == DType.F32)
            {
                BatchNormColumns.Backward<float>(x, w, g, mean, variance, dx, dw, db, epsilon);
            }
            else
            {
                BatchNormColumns.Backward<double>(x, w, g, mean, variance, dx, dw, db, epsilon);
            }

            ChannelRows.Free(x, input);
            ChannelRows.Free(g, grad);
            result[0] = dx;
            if (result.Length > 1)
            {
                (result[1], result[2]) = (dw, db);
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
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("one value", () => new BatchNorm(1e-5).Apply(Tensor.Zeros([1, 3])), "batch_norm: needs [N, C, ...] with more than one value per channel, got [1, 3]"),
        new("weight", () => new BatchNorm(1e-5).Apply(Tensor.Zeros([2, 3]), Tensor.Zeros([2]), Tensor.Zeros([3])), "batch_norm: weight and bias must be f32[3], got f32[2]"),
    ];
}

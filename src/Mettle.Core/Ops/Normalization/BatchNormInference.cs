namespace Mettle;

/// <summary>
/// Evaluation form of batch normalisation of [N, C, ...]: each channel by a given mean and variance [C], then times a weight
/// and plus a bias [C], if given. Inputs: x, mean, variance, weight, bias. Ioffe, Szegedy: Batch Normalization, 2015,
/// algorithm 2.
/// </summary>
public sealed class BatchNormInference : FusedOp
{
    private readonly double epsilon;

    /// <summary>Adds <paramref name="epsilon"/> to the variance.</summary>
    public BatchNormInference(double epsilon) => this.epsilon = epsilon;

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("batch_norm_inference", typeof(BatchNormInference), Samples, Errors);

    /// <summary>What is added to the variance.</summary>
    public double Epsilon => epsilon;

    /// <inheritdoc/>
    public override string Name => "batch_norm_inference";

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        if (inputs.Length != 3)
        {
            Expect(inputs, 5);
        }

        ExpectFloat(inputs[0]);
        var x = inputs[0].Shape;
        if (x.Rank < 2)
        {
            throw Bad($"needs [N, C, ...], got {x}.");
        }

        TensorSpec channels = new([x[1]], inputs[0].DType);
        foreach (var input in inputs[1..])
        {
            if (input != channels)
            {
                throw Bad($"mean, variance, weight and bias must be {channels}, got {input}.");
            }
        }

        return [inputs[0]];
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense((inputs.Length > 3 ? 3 : 2) * outputs[0].Shape.Count, inputs, outputs);

    /// <inheritdoc/>
    public override Tensor[] Decompose(Tensor[] inputs)
    {
        var x = inputs[0];
        var kept = x.KeptShape([.. Enumerable.Range(0, x.Rank).Where(a => a != 1)]);
        var scale = 1 / (inputs[2] + epsilon).Sqrt();
        scale = inputs.Length > 3 ? scale * inputs[3] : scale;
        var y = (x - inputs[1].Reshape(kept)) * scale.Reshape(kept);
        return [inputs.Length > 3 ? y + inputs[4].Reshape(kept) : y];
    }

    /// <inheritdoc/>
    protected internal override Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs)
    {
        Tensor[] outputs = [AllocateLike(inputs[0])];
        Run(inputs, outputs);
        return outputs;
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        bool affine = inputs.Length > 3;
        Normalise(inputs[0], inputs[1].RowMajor(), inputs[2].RowMajor(), affine ? inputs[3].RowMajor() : null, affine ? inputs[4].RowMajor() : null, outputs[0]);
    }

    /// <inheritdoc/>
    protected override Tensor?[] FusedGradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        var result = new Tensor?[node.Inputs.Count];
        if (grads[0] is not { } g)
        {
            return result;
        }

        var (mean, variance) = (node.Inputs[1], node.Inputs[2]);
        bool affine = result.Length > 3;
        var weight = affine ? node.Inputs[3] : null;
        if (node.Needs(0))
        {
            result[0] = AllocateLike(g);
            Normalise(g, null, variance.RowMajor(), weight?.RowMajor(), null, result[0]!);
        }

        if (Enumerable.Range(1, result.Length - 1).Any(node.Needs))
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

    private void Normalise(Tensor x, Tensor? mean, Tensor variance, Tensor? weight, Tensor? bias, Tensor y)
    {
        if (!ChannelRows.Lies(y))
        {
            if (x.DType == DType.F32)
            {
                ChannelPlanes.Normalise<float>(x, mean, variance, weight, bias, y, epsilon);
            }
            else
            {
                ChannelPlanes.Normalise<double>(x, mean, variance, weight, bias, y, epsilon);
            }

            return;
        }

        var rows = ChannelRows.Of(x);
        if (x.DType == DType.F32)
        {
            BatchNormColumns.Inference<float>(rows, mean, variance, weight, bias, y, epsilon);
        }
        else
        {
            BatchNormColumns.Inference<double>(rows, mean, variance, weight, bias, y, epsilon);
        }

        ChannelRows.Free(rows, x);
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
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("rank", () => new BatchNormInference(1e-5).ApplyAll(Tensor.Zeros([3]), Tensor.Zeros([3]), Tensor.Zeros([3])), "batch_norm_inference: needs [N, C, ...], got [3]"),
        new("variance", () => new BatchNormInference(1e-5).ApplyAll(Tensor.Zeros([2, 3]), Tensor.Zeros([3]), Tensor.Zeros([2])), "batch_norm_inference: mean, variance, weight and bias must be f32[3], got f32[2]"),
    ];
}

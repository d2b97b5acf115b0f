namespace Mettle;

/// <summary>
/// Each of some groups of adjacent channels of each image of [N, C, ...] by its own mean and biased variance, then times a
/// weight and plus a bias [C], if given. Results: y, and of each group [N, groups] the mean and 1 / sqrt(variance +
/// epsilon), which the backward pass reads. Wu, He: Group Normalization, 2018.
/// </summary>
public sealed class GroupNormalization : FusedOp
{
    private readonly int groups;
    private readonly double epsilon;

    /// <summary>Divides the channels into <paramref name="groups"/>; adds <paramref name="epsilon"/> to the variance.</summary>
    public GroupNormalization(int groups, double epsilon) => (this.groups, this.epsilon) = (groups, epsilon);

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("group_norm", typeof(GroupNormalization), Samples, Errors);

    /// <summary>Number of groups.</summary>
    public int Groups => groups;

    /// <summary>What is added to the variance.</summary>
    public double Epsilon => epsilon;

    /// <inheritdoc/>
    public override string Name => "group_norm";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("groups", groups), new("epsilon", epsilon)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        if (inputs.Length != 3)
        {
            Expect(inputs, 1);
        }

        ExpectFloat(inputs[0]);
        var x = inputs[0].Shape;
        if (x.Rank < 2 || groups < 1 || x[1] % groups != 0)
        {
            throw Bad($"the channels of {x} do not divide into {groups} groups.");
        }

        TensorSpec channels = new([x[1]], inputs[0].DType);
        foreach (var input in inputs[1..])
        {
            if (input != channels)
            {
                throw Bad($"weight and bias must be {channels}, got {input}.");
            }
        }

        TensorSpec moments = new([x[0], groups], inputs[0].DType);
        return [inputs[0], moments, moments];
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense((inputs.Length > 1 ? 7 : 6) * outputs[0].Shape.Count, inputs, outputs);

    /// <inheritdoc/>
    public override Tensor[] Decompose(Tensor[] inputs)
    {
        var x = inputs[0];
        var rows = x.Reshape(Rows(x.Shape));
        var mean = rows.KeepMean([2]);
        var centred = rows - mean;
        var scale = 1 / (centred.Square().KeepMean([2]) + epsilon).Sqrt();
        var y = (centred * scale).Reshape(x.Shape);
        if (inputs.Length > 1)
        {
            var column = new int[x.Rank - 1];
            Array.Fill(column, 1);
            column[0] = x.Shape[1];
            y = (y * inputs[1].Reshape(new Shape(column))) + inputs[2].Reshape(new Shape(column));
        }

        return [y, mean.Squeeze(2), scale.Squeeze(2)];
    }

    /// <inheritdoc/>
    protected internal override Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs)
    {
        var y = ChannelRows.Lies(inputs[0]) ? ChannelRows.Allocate(specs[0]) : Tensor.Allocate(specs[0].Shape, specs[0].DType);
        Tensor[] outputs = [y, Tensor.Allocate(specs[1].Shape, specs[1].DType), Tensor.Allocate(specs[2].Shape, specs[2].DType)];
        Run(inputs, outputs);
        return outputs;
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        bool rows = ChannelRows.Lies(inputs[0]);
        var x = rows ? inputs[0] : inputs[0].RowMajor();
        var w = inputs.Length > 1 ? inputs[1].RowMajor() : null;
        var b = inputs.Length > 1 ? inputs[2].RowMajor() : null;
        switch (rows, x.DType == DType.F32)
        {
            case (true, true):
                GroupNormColumns.Forward<float>(x, w, b, outputs[0], outputs[1], outputs[2], epsilon);
                break;
            case (true, false):
                GroupNormColumns.Forward<double>(x, w, b, outputs[0], outputs[1], outputs[2], epsilon);
                break;
            case (false, true):
                GroupNormPlanes.Forward<float>(x, w, b, outputs[0], outputs[1], outputs[2], epsilon);
                break;
            default:
                GroupNormPlanes.Forward<double>(x, w, b, outputs[0], outputs[1], outputs[2], epsilon);
                break;
        }

        ChannelRows.Free(x, inputs[0]);
    }

    /// <inheritdoc/>
    protected override Tensor?[] FusedGradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        var (input, mean, scale) = (node.Inputs[0], node.Outputs[1], node.Outputs[2]);
        var result = new Tensor?[node.Inputs.Count];
        if (grads[0] is { } grad)
        {
            bool rows = ChannelRows.Lies(input);
            var x = rows ? input : input.RowMajor();
            var g = rows ? ChannelRows.Of(grad) : grad.RowMajor();
            var w = result.Length > 1 ? node.Inputs[1].RowMajor() : null;
            result[0] = rows ? ChannelRows.Allocate(input.Spec) : Tensor.Allocate(input.Shape, input.DType);
            for (int i = 1; i < result.Length; i++)
            {
                result[i] = node.Needs(i) ? Tensor.Allocate(node.Inputs[i].Shape, input.DType) : null;
            }

            var (dw, db) = result.Length > 1 ? (result[1], result[2]) : (null, null);
            switch (rows, x.DType == DType.F32)
            {
                case (true, true):
                    GroupNormColumns.Backward<float>(x, w, g, mean, scale, result[0]!, dw, db);
                    break;
                case (true, false):
                    GroupNormColumns.Backward<double>(x, w, g, mean, scale, result[0]!, dw, db);
                    break;
                case (false, true):
                    GroupNormPlanes.Backward<float>(x, w, g, mean, scale, result[0]!, dw, db);
                    break;
                default:
                    GroupNormPlanes.Backward<double>(x, w, g, mean, scale, result[0]!, dw, db);
                    break;
            }

            ChannelRows.Free(x, input);
            ChannelRows.Free(g, grad);
        }

        if (grads[1] is not null || grads[2] is not null)
        {
            result[0] = Moments(input, mean, scale, grads[1], grads[2], result[0]);
        }

        return result;
    }

    // Gradients that arrive at the mean and the scale themselves.
    private Tensor Moments(Tensor x, Tensor mean, Tensor scale, Tensor? byMean, Tensor? byScale, Tensor? sum)
    {
        var shape = Rows(x.Shape);
        double share = 1.0 / shape[2];
        if (byMean is not null)
        {
            var term = (byMean * share).Unsqueeze(2).Broadcast(shape).Reshape(x.Shape);
            sum = sum is null ? term : sum + term;
        }

        if (byScale is not null)
        {
            var term = (x.Reshape(shape) - mean.Unsqueeze(2)) * (byScale * scale * scale * scale * -share).Unsqueeze(2);
            sum = sum is null ? term.Reshape(x.Shape) : sum + term.Reshape(x.Shape);
        }

        return sum!;
    }

    private Shape Rows(Shape x) => new(x[0], groups, checked((int)(x.Count / Math.Max(1, (long)x[0] * groups))));

    private static IEnumerable<OpSample> Samples() =>
    [
        new("images", new GroupNormalization(3, 1e-5), 7 * 2 * 6 * 20, new SampleInput([2, 6, 4, 5]), new SampleInput([6]), new SampleInput([6])) { Tolerance = 1e-5 },
        new("planes", new GroupNormalization(2, 1e-3), 6 * 3 * 4 * 37, new SampleInput([3, 4, 37])) { Tolerance = 1e-5 },
        new("features", new GroupNormalization(4, 1e-3), 6 * 5 * 20, new SampleInput([5, 20])) { Tolerance = 1e-5 },
        new("instances", new GroupNormalization(3, 1e-5), 7 * 2 * 3 * 50, new SampleInput([2, 3, 5, 10]), new SampleInput([3]), new SampleInput([3])) { Tolerance = 1e-5 },
        new("no images", new GroupNormalization(2, 1e-5), 0, new SampleInput([0, 4, 3])),
    ];

    private static IEnumerable<OpError> Errors() =>
    [
        new("groups", () => new GroupNormalization(2, 1e-5).Apply(Tensor.Zeros([2, 3, 4])), "group_norm: the channels of [2, 3, 4] do not divide into 2 groups"),
        new("weight", () => new GroupNormalization(1, 1e-5).Apply(Tensor.Zeros([2, 3]), Tensor.Zeros([2]), Tensor.Zeros([3])), "group_norm: weight and bias must be f32[3], got f32[2]"),
    ];
}

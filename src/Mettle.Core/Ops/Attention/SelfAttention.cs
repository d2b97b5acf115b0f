namespace Mettle;

/// <summary>
/// <see cref="Attention"/> of a sequence to itself in heads: from queries, keys and values side by side, [N, T, 3 heads width],
/// to the mixed values side by side, [N, T, heads width], and the log-sum-exp of each query's scores, [N, heads, T]. A mask
/// [N, heads, T, T] is optional. Heads are read and written where they lie, so nothing is copied, forward or backward.
/// </summary>
public sealed class SelfAttention : FusedOp
{
    private readonly int heads;
    private readonly Attention attention;

    /// <summary>Attention in <paramref name="heads"/> heads.</summary>
    public SelfAttention(int heads, AttentionSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        this.heads = heads;
        attention = new Attention(settings);
    }

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("self_attention", typeof(SelfAttention), Samples, Errors);

    /// <summary>Number of heads.</summary>
    public int Heads => heads;

    /// <summary>Scale, causality and dropout.</summary>
    public AttentionSettings Settings => attention.Settings;

    /// <inheritdoc/>
    public override string Name => "self_attention";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("heads", heads), .. attention.Attributes];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        if (inputs.Length is not (1 or 2))
        {
            throw Bad($"takes a sequence and perhaps a mask, got {inputs.Length} inputs.");
        }

        ExpectFloat(inputs[0]);
        var (x, type) = (inputs[0].Shape, inputs[0].DType);
        if (x.Rank != 3 || x[2] % (3 * heads) != 0)
        {
            throw Bad($"needs [N, T, 3 heads width] with {heads} heads, got {inputs[0]}.");
        }

        var scores = new Shape(x[0], heads, x[1], x[1]);
        return inputs.Length == 1 || (inputs[1].Shape == scores && (inputs[1].DType == DType.Bool || inputs[1].DType == type))
            ? [new([x[0], x[1], x[2] / 3], type), new([x[0], heads, x[1]], type)]
            : throw Bad($"the mask must be {new TensorSpec(scores, DType.Bool)} or {new TensorSpec(scores, type)}, got {inputs[1]}.");
    }

    /// <inheritdoc/>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
    {
        int t = inputs[0].Shape[1], width = inputs[0].Shape[2] / (3 * heads);
        return Mettle.Cost.Dense(Attention.Flops(Settings, outputs[1].Shape.Count, t, t, width, width), inputs, outputs);
    }

    /// <inheritdoc/>
    public override Tensor[] Decompose(Tensor[] inputs)
    {
        var x = inputs[0];
        var (n, t, width) = (x.Shape[0], x.Shape[1], x.Shape[2] / (3 * heads));
        var parts = x.Reshape(new Shape(n, t, 3, heads, width)).Permute(2, 0, 3, 1, 4).Split(0, 1, 1, 1);
        Tensor[] operands = [parts[0].Squeeze(0), parts[1].Squeeze(0), parts[2].Squeeze(0), .. inputs[1..]];
        var results = attention.Decompose(operands);
        return [results[0].Permute(0, 2, 1, 3).Reshape(new Shape(n, t, heads * width)), results[1]];
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var x = inputs[0].RowMajor();
        Attention.Forward(Part(x, 0), Part(x, 1), Part(x, 2), inputs.Length > 1 ? inputs[1] : null, Settings, Merged(outputs[0]), outputs[1]);
    }

    /// <inheritdoc/>
    protected override Tensor?[] FusedGradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        var result = new Tensor?[node.Inputs.Count];
        if (grads[0] is null && grads[1] is null)
        {
            return result;
        }

        var x = node.Inputs[0].RowMajor();
        var mask = result.Length > 1 ? node.Inputs[1] : null;
        var dMask = mask is not null && mask.DType != DType.Bool && node.Needs(1) ? Tensor.Allocate(mask.Shape, mask.DType) : null;
        var dx = Tensor.Allocate(x.Shape, x.DType);
        var dy = grads[0]?.RowMajor();
        Attention.Backward(new(
            Part(x, 0), Part(x, 1), Part(x, 2), mask, Settings, Merged(node.Outputs[0]), node.Outputs[1],
            dy is null ? null : Merged(dy), grads[1]?.RowMajor(), Part(dx, 0), Part(dx, 1), Part(dx, 2), dMask));
        result[0] = dx;
        if (dMask is not null)
        {
            result[1] = dMask;
        }

        return result;
    }

    // The queries (0), keys (1) or values (2) as [N, heads, T, width].
    private Tensor Part(Tensor x, int which)
    {
        var (n, t, all) = (x.Shape[0], x.Shape[1], x.Shape[2]);
        int width = all / (3 * heads);
        return x.View([n, heads, t, width], [t * all, width, all, 1], x.Offset + (which * heads * width));
    }

    private Tensor Merged(Tensor y)
    {
        var (n, t, all) = (y.Shape[0], y.Shape[1], y.Shape[2]);
        return y.View([n, heads, t, all / heads], [t * all, all / heads, all, 1], y.Offset);
    }

    private static IEnumerable<OpSample> Samples()
    {
        var plain = new AttentionSettings(0.7);
        return
        [
            new("heads", new SelfAttention(2, plain), 2 * 2 * 5 * 5 * 17, new SampleInput([2, 5, 18])) { Tolerance = 1e-5 },
            new("causal", new SelfAttention(3, plain with { Causal = true }), 3 * 45 * 13, new SampleInput([1, 9, 18])) { Tolerance = 1e-5 },
            new("mask", new SelfAttention(2, plain), 2 * 2 * 4 * 4 * 13, new SampleInput([2, 4, 12]), new SampleInput([2, 2, 4, 4])) { Tolerance = 1e-5 },
            new("dropout", new SelfAttention(1, plain with { Dropout = 0.4, Key = RandomKey.FromSeed(5) }), 2 * 49 * 17, new SampleInput([2, 7, 9])) { Tolerance = 1e-5 },
            new("no steps", new SelfAttention(2, plain), 0, new SampleInput([2, 0, 12])),
        ];
    }

    private static IEnumerable<OpError> Errors() =>
    [
        new("width", () => new SelfAttention(2, new(1)).Apply(Tensor.Zeros([2, 3, 8])), "self_attention: needs [N, T, 3 heads width] with 2 heads, got f32[2, 3, 8]"),
        new("mask", () => new SelfAttention(1, new(1)).Apply(Tensor.Zeros([2, 3, 6]), Tensor.Zeros([3, 3])), "self_attention: the mask must be bool[2, 1, 3, 3] or f32[2, 1, 3, 3], got f32[3, 3]"),
    ];
}

namespace Mettle;

/// <summary>
/// softmax(q k^T scale + mask) v without the matrix of scores in memory. Inputs: q [..., L, E], k [..., S, E], v [..., S, V]
/// and optionally a mask [..., L, S], bool (true: may look) or numbers to add. Results: the mixed values [..., L, V] and the
/// log-sum-exp of each query's scores [..., L]. A query that may look at nothing gives NaN; without any keys (S = 0) 0.
/// Vaswani et al.: Attention Is All You Need, 2017, equation 1; Dao et al.: FlashAttention, 2022.
/// </summary>
public sealed class Attention : FusedOp
{
    /// <summary>Attention with the given scale, causality and dropout, whose rate must be in [0, 1).</summary>
    public Attention(AttentionSettings settings)
        => Settings = settings.Dropout is >= 0 and < 1
            ? settings
            : throw new ArgumentOutOfRangeException(nameof(settings), settings.Dropout, "A dropout rate is in [0, 1).");

    /// <summary>Row of the op table.</summary>
    public static OpInfo Info { get; } = new("attention", typeof(Attention), Samples, Errors);

    /// <summary>Scale, causality and dropout.</summary>
    public AttentionSettings Settings { get; }

    /// <inheritdoc/>
    public override string Name => "attention";

    /// <inheritdoc/>
    public override IReadOnlyList<OpAttribute> Attributes => [new("scale", Settings.Scale), new("causal", Settings.Causal), new("dropout", Settings.Dropout), new("key", Settings.Key)];

    /// <inheritdoc/>
    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        if (inputs.Length is not (3 or 4))
        {
            throw Bad($"takes query, key, value and perhaps a mask, got {inputs.Length} inputs.");
        }

        var (q, k, v) = (inputs[0].Shape, inputs[1].Shape, inputs[2].Shape);
        ExpectFloat(inputs[0]);
        var type = inputs[0].DType;
        bool fits = q.Rank >= 2 && k.Rank == q.Rank && v.Rank == q.Rank && inputs[1].DType == type && inputs[2].DType == type
            && q[^1] == k[^1] && k[^2] == v[^2]
            && q.Dims[..^2].SequenceEqual(k.Dims[..^2]) && q.Dims[..^2].SequenceEqual(v.Dims[..^2]);
        if (!fits)
        {
            throw Bad($"needs query [..., L, E], key [..., S, E] and value [..., S, V] with equal leading axes and types, got {inputs[0]}, {inputs[1]} and {inputs[2]}.");
        }

        var scores = q.With(q.Rank - 1, k[^2]);
        return inputs.Length == 3 || (inputs[3].Shape == scores && (inputs[3].DType == DType.Bool || inputs[3].DType == type))
            ? [new(q.With(q.Rank - 1, v[^1]), type), new(new Shape(q.Dims[..^1]), type)]
            : throw Bad($"the mask must be {new TensorSpec(scores, DType.Bool)} or {new TensorSpec(scores, type)}, got {inputs[3]}.");
    }

    /// <summary>Two products and a softmax over the pairs that may look at each other.</summary>
    public override Cost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
        => Mettle.Cost.Dense(
            Flops(Settings, outputs[1].Shape.Count, inputs[0].Shape[^2], inputs[1].Shape[^2], inputs[0].Shape[^1], inputs[2].Shape[^1]),
            inputs, outputs);

    /// <inheritdoc/>
    public override Tensor[] Decompose(Tensor[] inputs)
    {
        var scores = (inputs[0] * Settings.Scale).MatMul(inputs[1].Transpose());
        if (Settings.Causal)
        {
            int l = scores.Shape[^2], s = scores.Shape[^1];
            scores = Tensor.Where(Tensor.Arange(s).Reshape(1, s) <= Tensor.Arange(l).Reshape(l, 1), scores, double.NegativeInfinity);
        }

        if (inputs.Length > 3)
        {
            scores = inputs[3].DType == DType.Bool ? Tensor.Where(inputs[3], scores, double.NegativeInfinity) : scores + inputs[3];
        }

        var weights = scores.Softmax(-1);
        if (Settings.Dropout > 0)
        {
            weights *= (Tensor.Uniform(Settings.Key, scores.Shape) >= Settings.Dropout).To(scores.DType) * (1 / (1 - Settings.Dropout));
        }

        return [weights.MatMul(inputs[2]), scores.LogSumExp(-1)];
    }

    internal static long Flops(AttentionSettings settings, long rows, int queries, int keys, int width, int valueWidth)
    {
        long pairs = rows * keys;
        if (settings.Causal && queries > 0)
        {
            long seen = Math.Min(queries, keys);
            pairs = rows / queries * ((seen * (seen + 1) / 2) + ((queries - seen) * (long)keys));
        }

        return pairs * ((2L * width) + (2L * valueWidth) + 5);
    }

    internal static void Forward(Tensor q, Tensor k, Tensor v, Tensor? mask, AttentionSettings settings, Tensor y, Tensor logSumExp)
    {
        if (y.DType == DType.F32)
        {
            AttentionForward.Run<float>(q, k, v, mask, settings, y, logSumExp);
        }
        else
        {
            AttentionForward.Run<double>(q, k, v, mask, settings, y, logSumExp);
        }
    }

    internal static void Backward(in AttentionBackward.Arguments arguments)
    {
        if (arguments.Y.DType == DType.F32)
        {
            AttentionBackward.Run<float>(arguments);
        }
        else
        {
            AttentionBackward.Run<double>(arguments);
        }
    }

    /// <inheritdoc/>
    protected internal override Tensor[] Compute(Tensor[] inputs, TensorSpec[] specs)
    {
        // The axes lie in memory as the query's do: heads that were split as views merge as views again.
        Tensor[] outputs = [Like(inputs[0], specs[0]), Tensor.Allocate(specs[1].Shape, specs[1].DType)];
        Run(inputs, outputs);
        return outputs;
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        => Forward(inputs[0], inputs[1], inputs[2], inputs.Length > 3 ? inputs[3] : null, Settings, outputs[0], outputs[1]);

    /// <inheritdoc/>
    protected override Tensor?[] FusedGradient(Node node, ReadOnlySpan<Tensor?> grads)
    {
        var result = new Tensor?[node.Inputs.Count];
        if (grads[0] is null && grads[1] is null)
        {
            return result;
        }

        var (q, k, v) = (node.Inputs[0], node.Inputs[1], node.Inputs[2]);
        var mask = result.Length > 3 ? node.Inputs[3] : null;
        var dMask = mask is not null && mask.DType != DType.Bool && node.Needs(3) ? Tensor.Allocate(mask.Shape, mask.DType) : null;
        (result[0], result[1], result[2]) = (Like(q, q.Spec), Like(k, k.Spec), Like(v, v.Spec));
        Backward(new(q, k, v, mask, Settings, node.Outputs[0], node.Outputs[1], grads[0], grads[1]?.RowMajor(), result[0]!, result[1]!, result[2]!, dMask));
        if (dMask is not null)
        {
            result[3] = dMask;
        }

        return result;
    }

    // Axes in the order in which the model's lie in memory, the last innermost.
    private static Tensor Like(Tensor model, TensorSpec spec)
    {
        int rank = spec.Shape.Rank;
        Span<int> order = stackalloc int[rank];
        Loop.OrderByStride(model.Strides.AsSpan()[..^1], order[..^1]);
        order[^1] = rank - 1;
        var strides = new int[rank];
        long step = 1;
        for (int i = rank - 1; i >= 0; i--)
        {
            strides[order[i]] = (int)step;
            step *= spec.Shape[order[i]];
        }

        return Tensor.AllocateLike(spec.Shape, strides, spec.DType);
    }

    private static IEnumerable<OpSample> Samples()
    {
        var plain = new AttentionSettings(0.5);
        var dropped = new AttentionSettings(0.5, Causal: true, 0.3, RandomKey.FromSeed(3));
        return
        [
            Sample("plain", plain, 6 * 35 * 21, [2, 3], 5, 7, 3, 5, 0),
            Sample("causal", plain with { Causal = true }, 3 * 28 * (64 + 5), [3], 7, 7, 20, 12, 0),
            Sample("causal, more keys", plain with { Causal = true }, 21 * 13, [], 6, 9, 2, 2, 0),
            Sample("causal, fewer keys", plain with { Causal = true }, (6 + (5 * 3)) * 13, [], 8, 3, 2, 2, 0),
            Sample("added mask", plain, 2 * 4 * 6 * 13, [2], 4, 6, 2, 2, 1),
            Sample("bool mask", plain, 5 * 40 * 13, [], 5, 40, 2, 2, 2),
            Sample("dropout", dropped, 2 * 45 * 13, [2], 9, 9, 2, 2, 0),
            Sample("several blocks", plain, 70 * 300 * (10 + 66 + 5), [], 70, 300, 5, 33, 0),
            Sample("several blocks, causal", dropped with { Scale = 0.1 }, 290L * 291 / 2 * (66 + 10 + 5), [], 290, 290, 33, 5, 0),
            // Their log-sum-exp is -infinity: no slope to compare.
            Sample("no keys", plain, 0, [2], 3, 0, 4, 2, 0) with { Differentiable = [] },
            Sample("no queries", plain, 0, [2], 0, 3, 4, 2, 0),
            Sample("no width", plain, 2 * 3 * 4 * 9, [2], 3, 4, 0, 2, 0),
            Sample("no heads", plain, 0, [0], 3, 4, 2, 2, 0),
        ];
    }

    private static OpSample Sample(string title, AttentionSettings settings, long flops, int[] lead, int queries, int keys, int width, int valueWidth, int mask)
    {
        SampleInput[] inputs =
        [
            new([.. lead, queries, width]), new([.. lead, keys, width]), new([.. lead, keys, valueWidth]),
            .. mask == 0 ? Array.Empty<SampleInput>() : [new([.. lead, queries, keys], mask == 1 ? Fill.Normal : Fill.Bits)],
        ];
        return new(title, new Attention(settings), flops, inputs) { Tolerance = 1e-5 };
    }

    private static IEnumerable<OpError> Errors() =>
    [
        new("width", () => new Attention(new(1)).Apply(Tensor.Zeros([2, 3]), Tensor.Zeros([5, 4]), Tensor.Zeros([5, 2])), "attention: needs query [..., L, E], key [..., S, E] and value [..., S, V] with equal leading axes and types, got f32[2, 3], f32[5, 4] and f32[5, 2]"),
        new("mask", () => new Attention(new(1)).ApplyAll(Tensor.Zeros([2, 3]), Tensor.Zeros([5, 3]), Tensor.Zeros([5, 2]), Tensor.Zeros([5, 2])), "attention: the mask must be bool[2, 5] or f32[2, 5], got f32[5, 2]"),
        new("rate", () => new Attention(new(1, Dropout: 1)), "A dropout rate is in [0, 1)"),
        new("inputs", () => new Attention(new(1)).Apply(Tensor.Zeros([2, 3]), Tensor.Zeros([5, 3])), "attention: takes query, key, value and perhaps a mask, got 2 inputs"),
    ];
}

namespace Mettle.Onnx;

/// <summary>
/// ONNX Attention: softmax(softcap(q k^T scale) + mask) v in heads, several queries' heads sharing one of keys and values where there
/// are fewer of these, with keys and values of former steps in front. Vaswani and others: Attention Is All You Need, 2017;
/// Ainslie and others: GQA, 2023. A query that may look at nothing gives 0.
/// </summary>
internal static class MultiHeadAttention
{
    public static OnnxValue[] Evaluate(Call c)
    {
        var (q, k, v) = (c.Number(0), c.Number(1), c.Number(2));
        bool flat = q.Rank == 3;
        if (flat)
        {
            int pairs = c.Int("kv_num_heads", 0);
            (q, k, v) = (Attentions.Heads(c, q, c.Int("q_num_heads", 0)), Heads(c, k, pairs), Heads(c, v, pairs));
        }

        if (c.Has(4) != c.Has(5))
        {
            throw c.Bad("past keys and past values go together.");
        }

        int past = c.Has(4) ? c.Tensor(4).Shape[2] : 0;
        k = c.Has(4) ? Tensor.Concat(2, c.Number(4), k) : k;
        v = c.Has(5) ? Tensor.Concat(2, c.Number(5), v) : v;
        if (q.Rank != 4 || k.Rank != 4 || v.Rank != 4 || k.Shape[1] == 0 || q.Shape[1] % k.Shape[1] != 0 || v.Shape[1] != k.Shape[1])
        {
            throw c.Bad($"queries {q.Shape}, keys {k.Shape} and values {v.Shape} must be [N, heads, steps, width] with whole numbers of queries' heads per other head.");
        }

        OnnxValue[] present = [c.Result(k, 1), c.Result(v, 2)];
        var mask = Mask(c, q, k, past);
        Tensor? blind = null;
        if (mask is not null)
        {
            // Those that may look at nothing look everywhere, so that nothing on their way is undefined.
            var seen = mask.DType == DType.Bool ? mask : mask > double.NegativeInfinity;
            blind = !seen.Any(-1).Unsqueeze(-1);
            mask = mask.DType == DType.Bool ? mask | blind : Tensor.Where(blind, 0, mask);
        }

        int shared = q.Shape[1] / k.Shape[1];
        double scale = c.HasAttribute("scale") ? c.Float("scale", 1) : 1 / Math.Sqrt(q.Shape[3]);
        float cap = c.Float("softcap", 0);
        bool wide = c.Element("softmax_precision", ElementType.F32) == ElementType.F64 && q.DType != DType.F64;
        var (groups, keys, values) = (Grouped(q, shared), Grouped(k, 1), Grouped(v.To(q.DType), 1));
        Tensor? look = mask is null ? null : Spread(mask), hidden = blind is null ? null : Spread(blind);
        Tensor y;
        OnnxValue? scores = null;
        if (cap == 0 && !wide && !c.Wants(3))
        {
            bool causal = mask is null && c.Flag("is_causal") && past == 0 && q.Shape[2] > 1;
            y = Tensor.ScaledDotProductAttention(groups, keys, values, look, causal, scale);
            y = hidden is null ? y : Tensor.Where(hidden, 0, y);
        }
        else
        {
            look ??= c.Flag("is_causal") ? Causal(Tensor.Scalar(past, DType.I64), q, k) : null;
            var products = (groups * scale).MatMul(keys.Transpose());
            var capped = cap > 0 ? (products / cap).Tanh() * cap : products;
            var masked = look is null ? capped : look.DType == DType.Bool ? Tensor.Where(look, capped, double.NegativeInfinity) : capped + look;
            var weights = (wide ? masked.To(DType.F64) : masked).Softmax(-1).To(q.DType);
            weights = hidden is null ? weights : Tensor.Where(hidden, 0, weights);
            y = weights.MatMul(values);
            var shown = c.Int("qk_matmul_output_mode", 0) switch
            {
                0 => products,
                1 => capped,
                2 => hidden is null ? masked : Tensor.Where(hidden, double.NegativeInfinity, masked),
                3 => weights,
                int other => throw c.Bad($"qk_matmul_output_mode must be 0 to 3, not {other}."),
            };
            scores = c.Result(shown.Reshape(new Shape(q.Shape[0], q.Shape[1], q.Shape[2], k.Shape[2])));
        }

        y = y.Reshape(new Shape(q.Shape[0], q.Shape[1], q.Shape[2], v.Shape[3]));
        var result = c.Result(flat ? Attentions.Joined(y) : y);
        return scores is null ? [result, .. present] : [result, .. present, scores];

        Tensor Grouped(Tensor x, int each) => shared == 1 ? x : x.Reshape(new Shape(x.Shape[0], k.Shape[1], each, x.Shape[2], x.Shape[3]));

        // A mask's axis of heads becomes two, as that of the queries does.
        Tensor Spread(Tensor x) => shared == 1 || x.Rank < 3 ? x
            : x.Reshape(new Shape([.. x.Shape.Dims[..^3], .. x.Shape[^3] == 1 ? new[] { 1, 1 } : [k.Shape[1], shared], .. x.Shape.Dims[^2..]]));
    }

    private static Tensor Heads(Call c, Tensor x, int heads)
        => x.Rank == 3 ? Attentions.Heads(c, x, heads) : throw c.Bad($"keys and values must have 3 axes as the queries have, not {x.Shape}.");

    // Null where only the plain triangle, or nothing, hides anything.
    private static Tensor? Mask(Call c, Tensor q, Tensor k, int past)
    {
        int queries = q.Shape[2], keys = k.Shape[2];
        var mask = c.Has(3) ? c.Tensor(3) : null;
        mask = mask is null || mask.DType == DType.Bool ? mask : mask.To(q.DType);
        if (mask is not null && mask.Rank is < 1 or > 4)
        {
            throw c.Bad($"a mask {mask.Shape} does not fit scores [N, heads, {queries}, {keys}].");
        }

        if (mask is not null && mask.Shape[^1] < keys && mask.Shape[^1] != 1)
        {
            var rest = mask.Shape.With(mask.Rank - 1, keys - mask.Shape[^1]);
            mask = Tensor.Concat(mask.Rank - 1, mask, mask.DType == DType.Bool ? Tensor.Zeros(rest, DType.Bool) : Tensor.Full(rest, double.NegativeInfinity, mask.DType));
        }

        Tensor? open = null;
        Tensor offset = Tensor.Scalar(past, DType.I64);
        if (c.Has(6))
        {
            var length = c.Tensor(6).To(DType.I64);
            length = length.Count == q.Shape[0] ? length.Reshape(new Shape(q.Shape[0], 1, 1, 1)) : throw c.Bad($"nonpad_kv_seqlen {length.Shape} must have one number for each of {q.Shape[0]}.");
            open = Tensor.Arange(keys) < length;
            offset = c.Has(4) ? offset : length - queries;
        }

        bool triangle = c.Flag("is_causal") && !(past >= keys - 1 && !c.Has(6));
        if (triangle && (mask is not null || past > 0 || c.Has(6)))
        {
            var before = Causal(offset, q, k);
            open = open is null ? before : open & before;
        }

        return open is null || mask is null ? mask ?? open
            : mask.DType == DType.Bool ? mask & open
            : Tensor.Where(open, mask, double.NegativeInfinity);
    }

    // Query i, of which `offset` keys were there before, looks at keys 0 to i + offset.
    private static Tensor Causal(Tensor offset, Tensor q, Tensor k)
        => Tensor.Arange(k.Shape[2]) <= Tensor.Arange(q.Shape[2]).Unsqueeze(1) + offset;
}

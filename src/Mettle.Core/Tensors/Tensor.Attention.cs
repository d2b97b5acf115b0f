namespace Mettle;

public sealed partial class Tensor
{
    /// <summary>
    /// softmax(query key^T scale + mask) value over the last two axes; leading axes broadcast. Vaswani et al.: Attention Is
    /// All You Need, 2017, equation 1; PyTorch's scaled_dot_product_attention. Memory grows with L and S, not with their product.
    /// </summary>
    /// <param name="query">[..., L, E].</param>
    /// <param name="key">[..., S, E].</param>
    /// <param name="value">[..., S, V].</param>
    /// <param name="mask">Broadcasts to [..., L, S]: bool (true: may look) or a number that is added. A row without any true gives NaN.</param>
    /// <param name="causal">Position i looks at 0..i only.</param>
    /// <param name="scale">1 / sqrt(E) unless given.</param>
    /// <param name="dropout">Rate at which attention weights are dropped, in [0, 1).</param>
    /// <param name="stream">Where the dropout draws from; see <see cref="AttentionSettings"/>.</param>
    public static Tensor ScaledDotProductAttention(
        Tensor query, Tensor key, Tensor value, Tensor? mask = null, bool causal = false, double? scale = null, double dropout = 0, RandomKey stream = default)
    {
        if (query.Rank < 2 || key.Rank < 2 || value.Rank < 2)
        {
            throw new ArgumentException($"attention: needs query [..., L, E], key [..., S, E] and value [..., S, V], got {query.Shape}, {key.Shape} and {value.Shape}.");
        }

        var op = new Attention(new(scale ?? 1 / Math.Sqrt(query.Shape[^1]), causal, dropout, stream));
        var lead = Shape.Broadcast(Lead(query), Shape.Broadcast(Lead(key), Lead(value), op.Name), op.Name);
        lead = mask is null ? lead : Shape.Broadcast(lead, Lead(mask), op.Name);
        Tensor Spread(Tensor t) => t.Broadcast([.. lead.Dims, .. t.Shape.Dims[^2..]]);
        var (q, k, v) = (Spread(query), Spread(key), Spread(value));
        return mask is null ? op.Apply(q, k, v) : op.ApplyAll(q, k, v, mask.Broadcast([.. lead.Dims, query.Shape[^2], key.Shape[^2]]))[0];
    }

    private static Shape Lead(Tensor t) => t.Rank < 2 ? new Shape([]) : new Shape(t.Shape.Dims[..^2]);
}

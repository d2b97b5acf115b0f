namespace Mettle;

public sealed partial class Tensor
{
    /// <summary>
    /// softmax(query key^T scale + mask) value over the last two axes; leading axes broadcast. Vaswani et al.: Attention Is
    /// All You Need, 2017, equation 1; PyTorch's scaled_dot_product_attention.
    /// </summary>
    /// <param name="query">[..., L, E].</param>
    /// <param name="key">[..., S, E].</param>
    /// <param name="value">[..., S, V].</param>
    /// <param name="mask">Broadcasts to [..., L, S]: bool (true: may look) or a number that is added. A row without any true gives NaN.</param>
    /// <param name="causal">Position i looks at 0..i only.</param>
    /// <param name="scale">1 / sqrt(E) unless given.</param>
    /// <param name="dropout">Factors on the attention weights, [..., L, S]: 0 or 1 / (1 - rate).</param>
    public static Tensor ScaledDotProductAttention(Tensor query, Tensor key, Tensor value, Tensor? mask = null, bool causal = false, double? scale = null, Tensor? dropout = null)
    {
        var scores = (query * (scale ?? 1 / Math.Sqrt(query.Shape[^1]))).MatMul(key.Transpose());
        if (causal)
        {
            int l = scores.Shape[^2], s = scores.Shape[^1];
            scores = Where(Arange(s).Reshape(1, s) <= Arange(l).Reshape(l, 1), scores, double.NegativeInfinity);
        }

        if (mask is not null)
        {
            scores = mask.DType == DType.Bool ? Where(mask, scores, double.NegativeInfinity) : scores + mask;
        }

        var weights = scores.Softmax(-1);
        return (dropout is null ? weights : weights * dropout).MatMul(value);
    }
}

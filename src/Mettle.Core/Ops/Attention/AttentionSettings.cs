namespace Mettle;

/// <summary>What attention does beside its operands.</summary>
/// <param name="Scale">Factor on the scores, usually 1 / sqrt(width of a key).</param>
/// <param name="Causal">Query i looks at keys 0..i only.</param>
/// <param name="Dropout">Rate at which attention weights are dropped; the others are divided by 1 - rate.</param>
/// <param name="Key">
/// Stream of the dropout: a weight is kept where <see cref="Tensor.Uniform"/> of the scores' shape is at least the rate.
/// </param>
public sealed record AttentionSettings(double Scale, bool Causal = false, double Dropout = 0, RandomKey Key = default);

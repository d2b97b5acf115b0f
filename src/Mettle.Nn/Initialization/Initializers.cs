namespace Mettle.Nn;

/// <summary>Weight initialisations by the words that recipes use.</summary>
public static class Initializers
{
    /// <summary>
    /// Rules by word. "lsuv" and "fixup" are not here: they look at a batch or at the whole model, see <see cref="Lsuv"/> and
    /// <see cref="Fixup"/>.
    /// </summary>
    public static IReadOnlyDictionary<string, Initializer> ByWord { get; } = new SortedDictionary<string, Initializer>(StringComparer.Ordinal)
    {
        ["he_normal"] = new Kaiming(),
        ["he_uniform"] = new Kaiming(distribution: Distribution.Uniform),
        ["he_fan_out"] = new Kaiming(Fan.Out),
        ["xavier_normal"] = new Xavier(Distribution.Normal),
        ["xavier_uniform"] = new Xavier(),
        ["orthogonal"] = new Orthogonal(),
        ["truncated_normal"] = new TruncatedNormal(deviation: 0.02),
        ["normal"] = new Normal(deviation: 0.02),
        ["zeros"] = Constant.Zero,
    };
}

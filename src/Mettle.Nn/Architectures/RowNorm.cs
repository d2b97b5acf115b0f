namespace Mettle.Nn;

/// <summary>Normalisation of rows [N, features] by the words that architectures take.</summary>
internal static class RowNorm
{
    /// <summary>"none" (null), "batch" or "layer".</summary>
    public static Module? Of(string word, int features) => word switch
    {
        "none" => null,
        "batch" => new BatchNorm1d(features),
        "layer" => new LayerNorm(features),
        _ => throw new ArgumentException($"'{word}' is no normalisation; there are none, batch, layer."),
    };
}

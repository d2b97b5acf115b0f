namespace Mettle.Nn;

/// <summary>Normalisations by the words that architectures take.</summary>
public static class NormWords
{
    // Wu and He (2018), section 4.1: 32 groups, or 16 channels a group, are best; groups of few channels tell little at 1 x 1 pixels.
    private const int MostGroups = 32, LeastChannels = 16;

    /// <summary>All words.</summary>
    public static IReadOnlyList<string> All { get; } = ["none", "batch", "layer", "group", "batch-renorm", "ghost"];

    /// <summary>Whether the layer takes statistics over the batch's rows, and so takes any bias before it off again.</summary>
    public static bool IsOverRows(string word) => word is "batch" or "batch-renorm" or "ghost";

    /// <summary>Groups of a group norm of that many channels: the most that divide them, up to 32, of 16 channels or more.</summary>
    public static int Groups(int channels)
    {
        for (int g = Math.Min(MostGroups, channels / LeastChannels); g > 1; g--)
        {
            if (channels % g == 0)
            {
                return g;
            }
        }

        return 1;
    }

    /// <summary>A layer for rows [N, features]; null for "none".</summary>
    internal static Module? OfRows(string word, int features) => word switch
    {
        "none" => null,
        "batch" => new BatchNorm1d(features),
        "layer" => new LayerNorm(features),
        _ => Other(word, features),
    };

    /// <summary>A layer for images [N, channels, H, W]; null for "none".</summary>
    internal static Module? OfImages(string word, int channels) => word switch
    {
        "none" => null,
        "batch" => new BatchNorm2d(channels),
        "layer" => new GroupNorm(1, channels),
        _ => Other(word, channels),
    };

    private static Module Other(string word, int channels) => word switch
    {
        "group" => new GroupNorm(Groups(channels), channels),
        "batch-renorm" => new BatchRenorm(channels),
        "ghost" => new GhostBatchNorm(channels),
        _ => throw new ArgumentException($"'{word}' is no normalisation; there are {string.Join(", ", All)}."),
    };
}

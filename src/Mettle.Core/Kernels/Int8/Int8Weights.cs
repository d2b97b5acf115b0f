namespace Mettle;

/// <summary>Where packed weights of a convolution or matrix product lie, and what form they have.</summary>
internal readonly unsafe struct Int8Weights
{
    private readonly byte* memory;
    private readonly int channels;
    private readonly int taps;

    private Int8Weights(byte* memory, Int8Panels panels, int groups, int taps, bool depthwise)
    {
        this.memory = memory;
        this.taps = taps;
        Panels = panels;
        Depthwise = depthwise;
        channels = groups;
    }

    public Int8Panels Panels { get; }

    public bool Depthwise { get; }

    /// <summary>Bytes of memory needed.</summary>
    public long Bytes => Depthwise ? Int8Depthwise.Bytes(channels, taps) : Panels.Bytes * channels;

    /// <summary>Weights of filters; null memory serves for asking how much is needed.</summary>
    public static Int8Weights Of(byte* memory, Int8Filters filters, bool shifted)
        => new(memory, new(memory, filters.Out, filters.Runs, filters.Length, shifted), filters.Groups, filters.Taps, filters.Depthwise);

    /// <summary>Packs filters that lie as (filter, kernel row, kernel column, channel).</summary>
    public void Pack<TTile>(in Int8Source source)
        where TTile : struct, IInt8Tile
    {
        if (Depthwise)
        {
            Int8Depthwise.Pack(source, channels, taps, (int*)memory);
        }
        else
        {
            Panels.Pack<TTile>(source, channels);
        }
    }

    /// <summary>Convolves.</summary>
    public void Convolve<TTile>(in Int8Geometry geometry, Tensor x, in Int8Zero zero, in Int8Result result, Tensor y)
        where TTile : struct, IInt8Tile
    {
        if (Depthwise)
        {
            Int8Depthwise.Run(geometry, x, zero, (int*)memory, result, y);
        }
        else
        {
            Int8Convolution.Run<TTile>(geometry, x, zero, Panels, result, y);
        }
    }

    /// <summary>The weight (group, k, column) as i8 minus nothing: as it was before packing, but u8 ones 128 lower.</summary>
    public int At(int group, int k, int column)
        => Depthwise ? ((int*)memory)[((nint)k * Int8Depthwise.Padded(channels)) + group] : Panels.Group(group).At(k, column);
}

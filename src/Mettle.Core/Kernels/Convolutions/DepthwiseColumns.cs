namespace Mettle;

/// <summary>The columns of a depthwise pass: <see cref="Regions"/> cuts those of <see cref="Axis"/> into neighbours that see the same taps.</summary>
internal unsafe struct DepthwiseColumns(TapAxis axis, TapRegion* regions, int count)
{
    public TapAxis Axis = axis;
    public TapRegion* Regions = regions;

    /// <summary>Number of regions.</summary>
    public int Count = count;
}

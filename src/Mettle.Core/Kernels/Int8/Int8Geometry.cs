namespace Mettle;

/// <summary>Sizes of an int8 convolution with two spatial axes; a single axis becomes the second, beside one of length 1.</summary>
internal readonly struct Int8Geometry
{
    /// <summary>Images of shape <paramref name="x"/>, results of shape <paramref name="y"/>.</summary>
    public Int8Geometry(Int8Filters filters, Shape x, Shape y)
    {
        bool flat = x.Rank == 3;
        Images = x[0];
        Groups = filters.Groups;
        In = filters.In;
        Out = filters.Out;
        (Height, Width) = (flat ? 1 : x[2], x[^1]);
        Rows = TapAxis.Forward(flat ? 1 : y[2], flat ? 1 : filters.Kernel[0], flat ? 1 : filters.Stride[0], flat ? 0 : filters.Padding[0], flat ? 1 : filters.Dilation[0]);
        Columns = TapAxis.Forward(y[^1], filters.Kernel[^1], filters.Stride[^1], filters.Padding[x.Rank - 3], filters.Dilation[^1]);
    }

    public int Images { get; }

    public int Groups { get; }

    /// <summary>Channels of one group of the images.</summary>
    public int In { get; }

    /// <summary>Filters of one group.</summary>
    public int Out { get; }

    public int Height { get; }

    public int Width { get; }

    public TapAxis Rows { get; }

    public TapAxis Columns { get; }
}

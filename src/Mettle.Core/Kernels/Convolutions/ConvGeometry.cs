namespace Mettle;

/// <summary>Sizes of a convolution with two spatial axes; a single axis becomes the second, beside one of length 1.</summary>
internal readonly struct ConvGeometry
{
    public ConvGeometry(Shape x, Shape w, Shape y, int[] stride, int[] padding, int[] dilation, int groups)
    {
        bool flat = stride.Length == 1;
        Images = x[0];
        Groups = groups;
        InChannels = x[1] / groups;
        OutChannels = w[0] / groups;
        (Height, Width) = (flat ? 1 : x[2], x[^1]);
        (OutHeight, OutWidth) = (flat ? 1 : y[2], y[^1]);
        (KernelHeight, KernelWidth) = (flat ? 1 : w[2], w[^1]);
        (StrideHeight, StrideWidth) = (flat ? 1 : stride[0], stride[^1]);
        (PadHeight, PadWidth) = (flat ? 0 : padding[0], padding[^1]);
        (DilationHeight, DilationWidth) = (flat ? 1 : dilation[0], dilation[^1]);
    }

    public int Images { get; init; }

    public int Groups { get; }

    /// <summary>Channels of one group of the images.</summary>
    public int InChannels { get; init; }

    /// <summary>Filters of one group.</summary>
    public int OutChannels { get; init; }

    public int Height { get; init; }

    public int Width { get; init; }

    public int OutHeight { get; init; }

    public int OutWidth { get; }

    public int KernelHeight { get; }

    public int KernelWidth { get; }

    public int StrideHeight { get; init; }

    public int StrideWidth { get; init; }

    public int PadHeight { get; }

    public int PadWidth { get; }

    public int DilationHeight { get; }

    public int DilationWidth { get; }
}

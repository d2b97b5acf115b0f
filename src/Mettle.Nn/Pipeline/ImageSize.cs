namespace Mettle.Nn;

/// <summary>Dimensions of an image in PyTorch's order.</summary>
public readonly record struct ImageSize(int Channels, int Height, int Width)
{
    /// <summary>Values in the image.</summary>
    public int Count => Channels * Height * Width;
}

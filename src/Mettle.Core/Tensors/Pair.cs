namespace Mettle;

/// <summary>A size, stride or padding of height and width; one number means both.</summary>
public readonly record struct Pair(int Height, int Width)
{
    /// <summary>The same number for both.</summary>
    public static implicit operator Pair(int both) => new(both, both);

    /// <summary>Height and width.</summary>
    public static implicit operator Pair((int Height, int Width) sizes) => new(sizes.Height, sizes.Width);

    /// <inheritdoc/>
    public override string ToString() => $"({Height}, {Width})";
}

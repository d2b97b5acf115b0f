using System.Buffers;

namespace Mettle.Nn;

/// <summary>
/// Pads all sides with <paramref name="fill"/> and cuts the original size out at a random place (Krizhevsky et al. 2012 in the
/// form of He et al. 2016, section 4.2).
/// </summary>
/// <param name="padding">Pixels on each side.</param>
/// <param name="fill">Value of the padding; 0 is the mean of normalised images.</param>
public sealed class RandomCrop(int padding, float fill = 0) : IAugmentation
{
    private readonly int padding = padding >= 1 ? padding : throw new ArgumentOutOfRangeException(nameof(padding), padding, "The padding must be at least 1 pixel.");

    /// <inheritdoc/>
    public void Apply(Span<float> image, ImageSize size, RandomKey key)
    {
        int dy = key.Below((2 * padding) + 1, 0) - padding, dx = key.Below((2 * padding) + 1, 1) - padding;
        if (dy == 0 && dx == 0)
        {
            return;
        }

        int area = size.Height * size.Width;
        float[] rented = ArrayPool<float>.Shared.Rent(area);
        for (int c = 0; c < size.Channels; c++)
        {
            var plane = image.Slice(c * area, area);
            plane.CopyTo(rented);
            for (int y = 0; y < size.Height; y++)
            {
                for (int x = 0; x < size.Width; x++)
                {
                    int fromY = y + dy, fromX = x + dx;
                    bool inside = (uint)fromY < (uint)size.Height && (uint)fromX < (uint)size.Width;
                    plane[(y * size.Width) + x] = inside ? rented[(fromY * size.Width) + fromX] : fill;
                }
            }
        }

        ArrayPool<float>.Shared.Return(rented);
    }
}

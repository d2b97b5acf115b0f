namespace Mettle.Nn;

/// <summary>
/// Blanks a square around a random pixel, cut off at the border (DeVries and Taylor, "Improved regularization with cutout",
/// 2017).
/// </summary>
/// <param name="side">Length of the square's side in pixels.</param>
/// <param name="fill">Value put in.</param>
public sealed class Cutout(int side, float fill = 0) : IAugmentation
{
    private readonly int side = side >= 1 ? side : throw new ArgumentOutOfRangeException(nameof(side), side, "The side must be at least 1 pixel.");

    /// <inheritdoc/>
    public void Apply(Span<float> image, ImageSize size, RandomKey key)
    {
        int top = key.Below(size.Height, 0) - (side / 2), left = key.Below(size.Width, 1) - (side / 2);
        int fromY = Math.Max(0, top), toY = Math.Min(size.Height, top + side);
        int fromX = Math.Max(0, left), toX = Math.Min(size.Width, left + side);
        for (int c = 0; c < size.Channels; c++)
        {
            for (int y = fromY; y < toY; y++)
            {
                image.Slice((((c * size.Height) + y) * size.Width) + fromX, toX - fromX).Fill(fill);
            }
        }
    }
}

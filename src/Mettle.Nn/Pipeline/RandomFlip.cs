namespace Mettle.Nn;

/// <summary>Mirrors left and right.</summary>
/// <param name="probability">How often.</param>
public sealed class RandomFlip(double probability = 0.5) : IAugmentation
{
    private readonly double probability = probability is >= 0 and <= 1
        ? probability : throw new ArgumentOutOfRangeException(nameof(probability), probability, "A probability lies in 0 .. 1.");

    /// <inheritdoc/>
    public void Apply(Span<float> image, ImageSize size, RandomKey key)
    {
        if (key.Uniform() >= probability)
        {
            return;
        }

        for (int row = 0; row < size.Channels * size.Height; row++)
        {
            image.Slice(row * size.Width, size.Width).Reverse();
        }
    }
}

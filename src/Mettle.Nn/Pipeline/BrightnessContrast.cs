namespace Mettle.Nn;

/// <summary>
/// x = mean + (x - mean) * (1 + c) + b, with the image's own mean, c and b uniform in plus or minus their limits (Howard,
/// "Some improvements on deep convolutional neural network based image classification", 2013, in additive form).
/// </summary>
/// <param name="brightness">Limit of b, in the units of the (normalised) image.</param>
/// <param name="contrast">Limit of c.</param>
public sealed class BrightnessContrast(double brightness = 0.2, double contrast = 0.2) : IAugmentation
{
    private readonly double brightness = brightness >= 0 ? brightness : throw new ArgumentOutOfRangeException(nameof(brightness), brightness, "The limit must be at least 0.");
    private readonly double contrast = contrast is >= 0 and < 1 ? contrast : throw new ArgumentOutOfRangeException(nameof(contrast), contrast, "The limit must be in [0, 1).");

    /// <inheritdoc/>
    public void Apply(Span<float> image, ImageSize size, RandomKey key)
    {
        double sum = 0;
        foreach (float x in image)
        {
            sum += x;
        }

        float mean = (float)(sum / Math.Max(1, image.Length));
        float gain = (float)(1 + (contrast * ((2 * key.Uniform(0)) - 1)));
        float shift = mean + (float)(brightness * ((2 * key.Uniform(1)) - 1));
        foreach (ref float x in image)
        {
            x = ((x - mean) * gain) + shift;
        }
    }
}

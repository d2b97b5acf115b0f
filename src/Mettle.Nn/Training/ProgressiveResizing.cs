namespace Mettle.Nn;

/// <summary>
/// Trains on small images first and on whole ones at the end: a convolution's work falls with the area. Howard, "Training Imagenet in 3
/// hours" (fast.ai, 2018); Tan and Le, "EfficientNetV2" (ICML 2021), section 4.2. For models that take images of any size.
/// </summary>
/// <param name="From">Side of the first images as a share of the whole, in (0, 1).</param>
/// <param name="Until">Share of the epochs on smaller images, in (0, 1).</param>
/// <param name="Stages">Sizes on the way, each for as many epochs.</param>
public sealed record ProgressiveResizing(double From, double Until = 0.6, int Stages = 2)
{
    /// <summary>Size of the images in an epoch of a training: sides are even numbers of pixels unless whole.</summary>
    public (int Height, int Width) SizeAt(int epoch, int epochs, int height, int width)
    {
        double until = Until * epochs;
        if (epoch >= until)
        {
            return (height, width);
        }

        int stage = Math.Min(Stages - 1, (int)(epoch * Stages / until));
        double side = From + ((1 - From) * stage / Stages);
        return (Side(height, side), Side(width, side));
    }

    /// <summary>The dataset of an epoch; <paramref name="source"/> itself once images are whole.</summary>
    internal IDataset At(IDataset source, int epoch, int epochs) => new ResizedDataset(source, (h, w) => SizeAt(epoch, epochs, h, w));

    private static int Side(int whole, double share) => Math.Min(whole, Math.Max(2, 2 * (int)Math.Round(share * whole / 2)));
}

namespace Mettle.Nn;

/// <summary>
/// Each task shows images turned about their centre by an angle of its own: rotated MNIST (Lopez-Paz and Ranzato, NIPS 2017).
/// Angles go evenly from 0 to the largest. Between pixels values are interpolated linearly; outside, the edge goes on.
/// </summary>
public sealed class RotatedImages : ITaskTransform
{
    private readonly int channels, height, width;
    private readonly (int Place, float Share)[][] sources;

    /// <param name="tasks">Number of tasks, at least 2.</param>
    /// <param name="degrees">Angle of the last task.</param>
    /// <param name="image">[channels, height, width].</param>
    public RotatedImages(int tasks, double degrees, Shape image)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tasks, 2);
        if (image.Rank != 3)
        {
            throw new ArgumentException($"Rotation is for images [channels, height, width]; this is {image}.");
        }

        (channels, height, width) = (image[0], image[1], image[2]);
        sources = [.. Enumerable.Range(0, tasks).Select(t => Sources(degrees * t / (tasks - 1)))];
    }

    /// <inheritdoc/>
    public void Show(int task, ReadOnlySpan<float> from, Span<float> to)
    {
        var map = sources[task];
        int size = height * width;
        for (int c = 0; c < channels; c++)
        {
            var image = from.Slice(c * size, size);
            var shown = to.Slice(c * size, size);
            for (int i = 0; i < size; i++)
            {
                var corners = map.AsSpan(4 * i, 4);
                shown[i] = (corners[0].Share * image[corners[0].Place]) + (corners[1].Share * image[corners[1].Place])
                    + (corners[2].Share * image[corners[2].Place]) + (corners[3].Share * image[corners[3].Place]);
            }
        }
    }

    /// <inheritdoc/>
    public int Label(int task, int label) => label;

    // For each pixel four source pixels with their shares.
    private (int, float)[] Sources(double degrees)
    {
        // The engine's functions, whose bits depend on nothing but their argument.
        var angle = Tensor.Scalar(degrees * Math.PI / 180, DType.F64);
        double cos = angle.Cos().Item(), sin = angle.Sin().Item();
        double midY = (height - 1) / 2.0, midX = (width - 1) / 2.0;
        var map = new (int, float)[4 * height * width];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                double fromX = (cos * (x - midX)) + (sin * (y - midY)) + midX, fromY = (cos * (y - midY)) - (sin * (x - midX)) + midY;
                int left = (int)Math.Floor(fromX), top = (int)Math.Floor(fromY);
                double right = fromX - left, down = fromY - top;
                int at = 4 * ((y * width) + x);
                map[at] = (Place(top, left), (float)((1 - right) * (1 - down)));
                map[at + 1] = (Place(top, left + 1), (float)(right * (1 - down)));
                map[at + 2] = (Place(top + 1, left), (float)((1 - right) * down));
                map[at + 3] = (Place(top + 1, left + 1), (float)(right * down));
            }
        }

        return map;
    }

    private int Place(int y, int x) => (Math.Clamp(y, 0, height - 1) * width) + Math.Clamp(x, 0, width - 1);
}

namespace Mettle.Data;

/// <summary>An image as numbers. Values are the file's own; alpha, which tells how opaque a pixel is, is left out on reading.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Channels">1: grey; 3: red, green, blue.</param>
/// <param name="MaxValue">What full brightness is: 255, or 65535 for images of 16 bits; another where a PNM file says so.</param>
/// <param name="Values">Row by row, a pixel's channels side by side.</param>
public sealed record PixelImage(int Width, int Height, int Channels, int MaxValue, ushort[] Values)
{
    /// <summary>Most pixels that are read: 64 million take 400 MB.</summary>
    public const int MostPixels = 1 << 26;

    /// <summary>The image in grey: 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601), rounded.</summary>
    public PixelImage ToGrey()
    {
        if (Channels == 1)
            return this;
        ushort[] grey = new ushort[Width * Height];
        for (int i = 0; i < grey.Length; i++)
            grey[i] = (ushort)(((299 * (long)Values[3 * i]) + (587 * (long)Values[(3 * i) + 1]) + (114 * (long)Values[(3 * i) + 2]) + 500) / 1000);
        return this with { Channels = 1, Values = grey };
    }

    /// <summary>The image in three channels, which are equal where it is grey.</summary>
    public PixelImage ToRgb()
    {
        if (Channels == 3)
            return this;
        ushort[] rgb = new ushort[3 * Values.Length];
        for (int i = 0; i < rgb.Length; i++)
            rgb[i] = Values[i / 3];
        return this with { Channels = 3, Values = rgb };
    }

    /// <summary>
    /// The whole image at another size; its proportions may change. Each pixel is the mean of those that a triangle over it covers, whose
    /// half width is one pixel of the coarser of the two images (bilinear interpolation, with smoothing where the image shrinks).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A size below 1, or more than <see cref="MostPixels"/>.</exception>
    public PixelImage Resize(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)width * height, MostPixels);
        if (width == Width && height == Height)
            return this;
        var (columns, rows) = (Weights(Width, width), Weights(Height, height));
        float[] wide = new float[checked(Height * width * Channels)];
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                var (first, weights) = columns[x];
                for (int c = 0; c < Channels; c++)
                {
                    double sum = 0;
                    for (int i = 0; i < weights.Length; i++)
                        sum += weights[i] * Values[((((y * Width) + first + i) * Channels) + c)];
                    wide[(((y * width) + x) * Channels) + c] = (float)sum;
                }
            }
        }
        int stride = width * Channels;
        ushort[] values = new ushort[height * stride];
        for (int y = 0; y < height; y++)
        {
            var (first, weights) = rows[y];
            for (int x = 0; x < stride; x++)
            {
                double sum = 0;
                for (int i = 0; i < weights.Length; i++)
                    sum += weights[i] * wide[((first + i) * stride) + x];
                values[(y * stride) + x] = (ushort)Math.Clamp(Math.Floor(sum + 0.5), 0, MaxValue);
            }
        }
        return new PixelImage(width, height, Channels, MaxValue, values);
    }

    private static (int First, double[] Weights)[] Weights(int from, int to)
    {
        double scale = from / (double)to, reach = Math.Max(1, scale);
        var all = new (int, double[])[to];
        for (int i = 0; i < to; i++)
        {
            double centre = (i + 0.5) * scale;
            int first = Math.Max(0, (int)Math.Floor(centre - reach + 0.5)), end = Math.Min(from, (int)Math.Floor(centre + reach + 0.5));
            double[] weights = [.. Enumerable.Range(first, end - first).Select(p => Math.Max(0, 1 - (Math.Abs(p + 0.5 - centre) / reach)))];
            double sum = weights.Sum();
            all[i] = (first, Array.ConvertAll(weights, w => w / sum));
        }
        return all;
    }
}

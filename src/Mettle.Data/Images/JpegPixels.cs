namespace Mettle.Data;

/// <summary>From coefficients to pixels: step sizes, inverse cosine transform, planes to one size, colours.</summary>
internal static class JpegPixels
{
    // Row u, column x: the share of frequency u in sample x (ITU-T T.81, A.3.3).
    private static readonly float[] Cosines = [.. Enumerable.Range(0, 64).Select(i => (float)(Math.Cos(((2 * (i % 8)) + 1) * (i / 8) * Math.PI / 16) * (i < 8 ? Math.Sqrt(0.125) : 0.5)))];

    public static PixelImage Of(JpegFrame frame, bool toRgb)
    {
        byte[][] planes = [.. frame.Components.Select(Plane)];
        int channels = planes.Length;
        ushort[] values = new ushort[frame.Width * frame.Height * channels];
        for (int c = 0; c < channels; c++)
            Spread(frame, frame.Components[c], planes[c], values, c, channels);
        if (channels == 3 && toRgb)
        {
            for (int i = 0; i < values.Length; i += 3)
            {
                // ITU-R BT.601 over the whole range, as JFIF has it.
                float y = values[i], cb = values[i + 1] - 128f, cr = values[i + 2] - 128f;
                values[i] = Byte(y + (1.402f * cr));
                values[i + 1] = Byte(y - (0.344136f * cb) - (0.714136f * cr));
                values[i + 2] = Byte(y + (1.772f * cb));
            }
        }
        return new PixelImage(frame.Width, frame.Height, channels, 255, values);
    }

    private static ushort Byte(float value) => (ushort)Math.Clamp(MathF.Floor(value + 0.5f), 0, 255);

    private static byte[] Plane(JpegComponent c)
    {
        int stride = c.BlockColumns * 8;
        byte[] plane = new byte[stride * c.BlockRows * 8];
        Span<float> scaled = stackalloc float[64], half = stackalloc float[64];
        for (int block = 0; block < c.BlockColumns * c.BlockRows; block++)
        {
            ReadOnlySpan<short> coefficients = c.Coefficients.AsSpan(block * 64, 64);
            for (int i = 0; i < 64; i++)
                scaled[i] = coefficients[i] * (float)c.Steps![i];
            for (int v = 0; v < 8; v++)
            {
                for (int x = 0; x < 8; x++)
                {
                    float sum = 0;
                    for (int u = 0; u < 8; u++)
                        sum += scaled[(v * 8) + u] * Cosines[(u * 8) + x];
                    half[(v * 8) + x] = sum;
                }
            }
            int at = (block / c.BlockColumns * 8 * stride) + (block % c.BlockColumns * 8);
            for (int y = 0; y < 8; y++)
            {
                for (int x = 0; x < 8; x++)
                {
                    float sum = 128;
                    for (int v = 0; v < 8; v++)
                        sum += half[(v * 8) + x] * Cosines[(v * 8) + y];
                    plane[at + (y * stride) + x] = (byte)Byte(sum);
                }
            }
        }
        return plane;
    }

    // A coarse plane's samples lie in the middle of those they stand for; between them lies a straight line.
    private static void Spread(JpegFrame frame, JpegComponent c, byte[] plane, ushort[] values, int channel, int channels)
    {
        int stride = c.BlockColumns * 8, width = ((frame.Width * c.Across) + frame.Across - 1) / frame.Across, height = ((frame.Height * c.Down) + frame.Down - 1) / frame.Down;
        var columns = Places(frame.Width, width, c.Across / (float)frame.Across);
        var rows = Places(frame.Height, height, c.Down / (float)frame.Down);
        for (int y = 0; y < frame.Height; y++)
        {
            var (top, bottom, down) = rows[y];
            for (int x = 0; x < frame.Width; x++)
            {
                var (left, right, across) = columns[x];
                float upper = plane[(top * stride) + left] + (across * (plane[(top * stride) + right] - plane[(top * stride) + left]));
                float lower = plane[(bottom * stride) + left] + (across * (plane[(bottom * stride) + right] - plane[(bottom * stride) + left]));
                values[(((y * frame.Width) + x) * channels) + channel] = Byte(upper + (down * (lower - upper)));
            }
        }
    }

    private static (int First, int Second, float Share)[] Places(int count, int samples, float ratio)
    {
        var places = new (int, int, float)[count];
        for (int i = 0; i < count; i++)
        {
            float at = Math.Clamp(((i + 0.5f) * ratio) - 0.5f, 0, samples - 1);
            int first = (int)at;
            places[i] = (first, Math.Min(first + 1, samples - 1), at - first);
        }
        return places;
    }
}

using System.Runtime.InteropServices;

namespace Mettle;

/// <summary>Parts of 8-bit images, channels-last and padded, as tiles read them.</summary>
internal static unsafe class Int8Window
{
    /// <summary>
    /// Copies channels [channel, channel + channels) of rows and columns that may lie outside the image into
    /// [rows][columns][channels]; <paramref name="fill"/> stands for what lies outside, and <paramref name="flip"/> is applied
    /// to all.
    /// </summary>
    public static void Copy(
        in ImageView<byte> x, int image, int channel, int channels, int height, int width, int row, int rows, int column, int columns, byte fill, byte flip, byte* to)
    {
        nint pitch = (nint)columns * channels;
        int left = Math.Clamp(-column, 0, columns);
        int right = Math.Clamp(width - column, left, columns);
        byte outside = (byte)(fill ^ flip);
        byte* source = x.Data + (image * x.Image) + (channel * x.Channel) + ((column + left) * x.Column);
        for (int i = 0; i < rows; i++, to += pitch)
        {
            int h = row + i;
            if (h < 0 || h >= height || right == left)
            {
                NativeMemory.Fill(to, (nuint)pitch, outside);
                continue;
            }

            NativeMemory.Fill(to, (nuint)(left * channels), outside);
            Pixels(x, source + (h * x.Row), right - left, channels, flip, to + ((nint)left * channels));
            NativeMemory.Fill(to + ((nint)right * channels), (nuint)((columns - right) * channels), outside);
        }
    }

    private static void Pixels(in ImageView<byte> x, byte* source, int pixels, int channels, byte flip, byte* to)
    {
        if (x.Channel == 1 && x.Column == channels)
        {
            Int8Rows.Copy(source, 1, pixels * channels, flip, to);
        }
        else if (x.Channel == 1 && channels > 3)
        {
            for (int j = 0; j < pixels; j++)
            {
                Int8Rows.Copy(source + (j * x.Column), 1, channels, flip, to + ((nint)j * channels));
            }
        }
        else
        {
            Planes(x, source, pixels, channels, flip, to);
        }
    }

    // Four planes at a time: one store per pixel and four channels.
    private static void Planes(in ImageView<byte> x, byte* source, int pixels, int channels, byte flip, byte* to)
    {
        int c = 0;
        uint flips = flip * 0x01010101u;
        for (; c <= channels - 4; c += 4)
        {
            byte* a = source + (c * x.Channel);
            byte* b = a + (2 * x.Channel);
            byte* t = to + c;
            for (int j = 0; j < pixels; j++, a += x.Column, b += x.Column, t += channels)
            {
                *(uint*)t = (a[0] | ((uint)a[x.Channel] << 8) | ((uint)b[0] << 16) | ((uint)b[x.Channel] << 24)) ^ flips;
            }
        }

        for (; c < channels; c++)
        {
            byte* s = source + (c * x.Channel);
            byte* t = to + c;
            for (int j = 0; j < pixels; j++, s += x.Column, t += channels)
            {
                *t = (byte)(*s ^ flip);
            }
        }
    }
}

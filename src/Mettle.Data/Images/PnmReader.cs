namespace Mettle.Data;

/// <summary>Netpbm's formats, P1 to P6: black and white, grey, colour; as text or bytes.</summary>
internal static class PnmReader
{
    /// <summary>Begins every file; a digit follows.</summary>
    public static ReadOnlySpan<byte> Mark => "P"u8;

    public static PixelImage Read(ReadOnlySpan<byte> file, string path)
    {
        int kind = file[1] - '0', at = 2;
        bool bits = kind is 1 or 4, text = kind <= 3;
        int channels = kind is 3 or 6 ? 3 : 1;
        long width = Number(file, ref at, path), height = Number(file, ref at, path), max = bits ? 1 : Number(file, ref at, path);
        ImageFile.RequireSize(width, height, path);
        if (max is < 1 or > 65535)
            throw new DataException($"The header states a brightest value of {max}.", "It lies between 1 and 65535: fetch or write the file again.", path);
        // One blank ends the header.
        if (!text)
            at++;
        int count = checked((int)(width * height) * channels);
        long want = text ? count : kind == 4 ? height * ((width + 7) / 8) : (long)count * (max > 255 ? 2 : 1);
        if (file.Length - at < want)
            throw new DataException("The file is cut short.", "Fetch or write it again.", path);
        ushort[] values = new ushort[count];
        for (int i = 0; i < count; i++)
        {
            int value = kind switch
            {
                // Black is 1, and digits need no blank between them.
                1 => 1 - Bit(file, ref at, path),
                2 or 3 => (int)Math.Min(int.MaxValue, Number(file, ref at, path)),
                4 => 1 - ((file[at + (i / (int)width * (((int)width + 7) / 8)) + (i % (int)width / 8)] >> (7 - (i % (int)width % 8))) & 1),
                _ => max > 255 ? (file[at++] << 8) | file[at++] : file[at++],
            };
            values[i] = value <= max ? (ushort)value : throw new DataException($"Value {i + 1} is {value}, above the header's {max}.", "Fetch or write the file again.", path);
        }
        return bits
            ? new PixelImage((int)width, (int)height, 1, 255, Array.ConvertAll(values, v => (ushort)(255 * v)))
            : new PixelImage((int)width, (int)height, channels, (int)max, values);
    }

    private static int Bit(ReadOnlySpan<byte> file, ref int at, string path)
    {
        Blanks(file, ref at);
        return at < file.Length && file[at] is (byte)'0' or (byte)'1' ? file[at++] - '0' : throw Bad(at, path);
    }

    private static long Number(ReadOnlySpan<byte> file, ref int at, string path)
    {
        Blanks(file, ref at);
        long value = 0;
        int from = at;
        while (at < file.Length && char.IsAsciiDigit((char)file[at]))
            value = Math.Min(int.MaxValue, (value * 10) + file[at++] - '0');
        return at > from ? value : throw Bad(at, path);
    }

    private static void Blanks(ReadOnlySpan<byte> file, ref int at)
    {
        while (at < file.Length && (file[at] is (byte)'#' || char.IsWhiteSpace((char)file[at])))
        {
            int line = file[at] == '#' ? file[at..].IndexOf((byte)'\n') : 0;
            at = line < 0 ? file.Length : at + line + 1;
        }
    }

    private static DataException Bad(int at, string path) => new($"At byte {at} a number was expected.", "Fetch or write the file again.", path);
}

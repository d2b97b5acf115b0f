using System.Buffers.Binary;
using System.IO.Compression;

namespace Mettle.Data;

/// <summary>Reads PNG (ISO/IEC 15948) of every colour type and depth, interlaced or not. Alpha and transparent colours are left out.</summary>
internal static class PngReader
{
    // Deflate makes at most 1032 bytes of one (RFC 1951): a header that promises more lies, and takes no memory.
    private const long MostExpansion = 1040;
    private const int Grey = 0, Rgb = 2, Palette = 3, GreyAlpha = 4, RgbAlpha = 6;

    // Adam7: first column and row of each pass, and the steps between.
    private static readonly (int X, int Y, int StepX, int StepY)[] Passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>Begins every file.</summary>
    public static ReadOnlySpan<byte> Mark => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    public static PixelImage Read(ReadOnlySpan<byte> file, string path)
    {
        Header? header = null;
        byte[] palette = [];
        using MemoryStream packed = new();
        for (int at = Mark.Length; ;)
        {
            if (file.Length - at < 12)
                throw Bad("The file is cut short: its last chunk is missing.", path);
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            if (length > file.Length - at - 12)
                throw Bad("The file is cut short, or a chunk's length is wrong.", path);
            ReadOnlySpan<byte> chunk = file.Slice(at + 4, (int)length + 4), data = chunk[4..];
            if (Crc32.Of(chunk) != BinaryPrimitives.ReadUInt32BigEndian(file[(at + 8 + (int)length)..]))
                throw Bad("A chunk's checksum is wrong.", path);
            if (header is null != chunk.StartsWith("IHDR"u8))
                throw Bad(header is null ? "It does not begin with its header." : "It has two headers.", path);
            at += (int)length + 12;
            if (header is null)
                header = Header.Of(data, path);
            else if (chunk.StartsWith("PLTE"u8))
                palette = data.Length is > 0 and <= 768 && data.Length % 3 == 0 ? data.ToArray() : throw Bad("Its palette has a wrong length.", path);
            else if (chunk.StartsWith("IDAT"u8))
                packed.Write(data);
            else if (chunk.StartsWith("IEND"u8))
                break;
            else if ((chunk[0] & 32) == 0)
                throw Bad("It needs a chunk that is not known here.", path);
        }
        if (header.Kind == Palette && palette.Length == 0)
            throw Bad("Its palette is missing.", path);
        if (header.RawBytes > packed.Length * MostExpansion)
            throw Bad("The file is cut short: its pixels are missing.", path);
        packed.Position = 0;
        return Decode(header, palette, packed, path);
    }

    private static PixelImage Decode(Header header, byte[] palette, MemoryStream packed, string path)
    {
        int channels = header.Kind is Grey or GreyAlpha ? 1 : 3;
        PixelImage image = new(header.Width, header.Height, channels, header.Depth == 16 ? 65535 : 255, new ushort[header.Width * header.Height * channels]);
        try
        {
            using ZLibStream stream = new(packed, CompressionMode.Decompress);
            foreach (var (x, y, stepX, stepY) in header.Interlaced ? Passes : [(0, 0, 1, 1)])
            {
                int width = (header.Width - x + stepX - 1) / stepX, height = (header.Height - y + stepY - 1) / stepY;
                if (width <= 0 || height <= 0)
                    continue;
                int bytes = header.RowBytes(width);
                byte[] above = new byte[bytes], row = new byte[bytes + 1];
                for (int i = 0; i < height; i++)
                {
                    stream.ReadExactly(row);
                    Unfilter(row[0], row.AsSpan(1), above, Math.Max(1, header.Depth * header.Samples / 8), path);
                    row.AsSpan(1).CopyTo(above);
                    Put(header, palette, above, width, image, (((y + (i * stepY)) * header.Width) + x) * channels, stepX * channels, path);
                }
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new DataException("Its pixels are damaged or cut short.", "Fetch or write the file again.", path, inner: e);
        }
        return image;
    }

    // Section 9 of the standard: each byte is stored as its difference from a guess.
    private static void Unfilter(byte kind, Span<byte> row, ReadOnlySpan<byte> above, int pixel, string path)
    {
        if (kind > 4)
            throw Bad($"A row has the filter {kind}.", path);
        for (int i = 0; i < row.Length; i++)
        {
            int left = i >= pixel ? row[i - pixel] : 0, up = above[i], corner = i >= pixel ? above[i - pixel] : 0;
            row[i] += (byte)(kind switch
            {
                0 => 0,
                1 => left,
                2 => up,
                3 => (left + up) / 2,
                _ => Paeth(left, up, corner),
            });
        }
    }

    private static int Paeth(int left, int up, int corner)
    {
        int guess = left + up - corner, a = Math.Abs(guess - left), b = Math.Abs(guess - up), c = Math.Abs(guess - corner);
        return a <= b && a <= c ? left : b <= c ? up : corner;
    }

    private static void Put(Header header, byte[] palette, ReadOnlySpan<byte> row, int width, PixelImage image, int at, int step, string path)
    {
        int samples = header.Samples, depth = header.Depth, most = (1 << depth) - 1;
        for (int x = 0; x < width; x++, at += step)
        {
            for (int c = 0; c < image.Channels; c++)
            {
                int s = header.Kind == Palette ? x : (x * samples) + c;
                int value = depth switch
                {
                    16 => BinaryPrimitives.ReadUInt16BigEndian(row[(2 * s)..]),
                    8 => row[s],
                    _ => (row[s * depth / 8] >> (8 - depth - (s * depth % 8))) & most,
                };
                if (header.Kind == Palette)
                    value = (3 * value) + c < palette.Length ? palette[(3 * value) + c] : throw Bad($"A pixel has colour {value}, its palette has {palette.Length / 3}.", path);
                else if (depth < 8)
                    value = value * 255 / most;
                image.Values[at + c] = (ushort)value;
            }
        }
    }

    private static DataException Bad(string problem, string path) => new(problem, "Fetch or write the file again.", path);

    private sealed record Header(int Width, int Height, int Depth, int Kind, bool Interlaced)
    {
        /// <summary>Numbers of a pixel as they are stored.</summary>
        public int Samples => Kind switch { Rgb => 3, GreyAlpha => 2, RgbAlpha => 4, _ => 1 };

        /// <summary>About as many bytes as all rows take.</summary>
        public long RawBytes => (long)Width * Height * Samples * Depth / 8;

        public static Header Of(ReadOnlySpan<byte> data, string path)
        {
            if (data.Length != 13)
                throw Bad("Its header has a wrong length.", path);
            long width = BinaryPrimitives.ReadUInt32BigEndian(data), height = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
            ImageFile.RequireSize(width, height, path);
            int depth = data[8], kind = data[9];
            bool known = kind switch
            {
                Grey => depth is 1 or 2 or 4 or 8 or 16,
                Palette => depth is 1 or 2 or 4 or 8,
                Rgb or GreyAlpha or RgbAlpha => depth is 8 or 16,
                _ => false,
            };
            return known && data[10] == 0 && data[11] == 0 && data[12] <= 1
                ? new Header((int)width, (int)height, depth, kind, data[12] == 1)
                : throw Bad($"Its header states colour type {kind} with {depth} bits, compression {data[10]}, filter {data[11]}, interlace {data[12]}, which the format does not have.", path);
        }

        /// <summary>Bytes of a row, its filter left out.</summary>
        public int RowBytes(int width) => checked((int)((((long)width * Samples * Depth) + 7) / 8));
    }
}

using System.Buffers.Binary;
using System.Numerics;

namespace Mettle.Data;

/// <summary>Reads Windows bitmaps: 1, 4, 8 bits with a palette, 16, 24, 32 bits with or without masks; not run-length encoded ones.</summary>
internal static class BmpReader
{
    private const int FileHeader = 14, CoreHeader = 12, InfoHeader = 40;
    private const uint Plain = 0, Masks = 3, MasksWithAlpha = 6;

    /// <summary>Begins every file.</summary>
    public static ReadOnlySpan<byte> Mark => "BM"u8;

    public static PixelImage Read(ReadOnlySpan<byte> file, string path)
    {
        if (file.Length < FileHeader + CoreHeader)
            throw Cut(path);
        uint start = BinaryPrimitives.ReadUInt32LittleEndian(file[10..]), size = BinaryPrimitives.ReadUInt32LittleEndian(file[FileHeader..]);
        bool core = size == CoreHeader;
        if (!core && size is < InfoHeader or > 1024)
            throw new DataException($"Its header has {size} bytes, which is no known kind.", "Convert it to PNG.", path);
        if (file.Length < FileHeader + size)
            throw Cut(path);
        ReadOnlySpan<byte> info = file[FileHeader..];
        long width = core ? BinaryPrimitives.ReadUInt16LittleEndian(info[4..]) : BinaryPrimitives.ReadInt32LittleEndian(info[4..]);
        long height = core ? BinaryPrimitives.ReadUInt16LittleEndian(info[6..]) : BinaryPrimitives.ReadInt32LittleEndian(info[8..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(info[(core ? 10 : 14)..]);
        uint packing = core ? Plain : BinaryPrimitives.ReadUInt32LittleEndian(info[16..]);
        bool downward = height < 0;
        height = Math.Abs(height);
        ImageFile.RequireSize(width, height, path);
        if (bits is not (1 or 4 or 8 or 16 or 24 or 32) || !(packing == Plain || (packing is Masks or MasksWithAlpha && bits is 16 or 32)))
            throw new DataException($"It has {bits} bits a pixel, packed in way {packing}.", "Plain bitmaps can be read: convert it to PNG.", path);
        long stride = ((width * bits) + 31) / 32 * 4;
        if (start > file.Length || file.Length - start < stride * height)
            throw Cut(path);
        uint[] masks = bits switch
        {
            16 or 32 when packing != Plain => MasksOf(file, path),
            16 => [0x7c00, 0x3e0, 0x1f],
            _ => [0xff0000, 0xff00, 0xff],
        };
        int entry = core ? 3 : 4;
        ReadOnlySpan<byte> palette = bits <= 8 ? PaletteOf(file, FileHeader + (int)size, (int)start, core ? 0 : (int)Math.Min(256, BinaryPrimitives.ReadUInt32LittleEndian(info[32..])), bits, entry, path) : [];
        bool grey = bits <= 8 && IsGrey(palette, entry);
        PixelImage image = new((int)width, (int)height, grey ? 1 : 3, 255, new ushort[(int)(width * height) * (grey ? 1 : 3)]);
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> row = file.Slice((int)(start + (stride * (downward ? y : height - 1 - y))), (int)stride);
            for (int x = 0; x < width; x++)
                Put(image, (int)((y * width) + x), row, x, bits, masks, palette, entry, path);
        }
        return image;
    }

    private static void Put(PixelImage image, int pixel, ReadOnlySpan<byte> row, int x, int bits, uint[] masks, ReadOnlySpan<byte> palette, int entry, string path)
    {
        if (bits <= 8)
        {
            int index = (row[x * bits / 8] >> (8 - bits - (x * bits % 8))) & ((1 << bits) - 1);
            if ((index + 1) * entry > palette.Length)
                throw new DataException($"A pixel has colour {index}, its palette has {palette.Length / entry}.", "Fetch or write the file again.", path);
            for (int c = 0; c < image.Channels; c++)
                image.Values[(pixel * image.Channels) + c] = palette[(index * entry) + 2 - c];
            return;
        }
        uint value = bits switch
        {
            16 => BinaryPrimitives.ReadUInt16LittleEndian(row[(2 * x)..]),
            24 => row[3 * x] | ((uint)row[(3 * x) + 1] << 8) | ((uint)row[(3 * x) + 2] << 16),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(row[(4 * x)..]),
        };
        for (int c = 0; c < 3; c++)
        {
            ulong most = masks[c] >> BitOperations.TrailingZeroCount(masks[c]);
            image.Values[(pixel * 3) + c] = (ushort)((((value & masks[c]) >> BitOperations.TrailingZeroCount(masks[c])) * 255UL) / most);
        }
    }

    private static uint[] MasksOf(ReadOnlySpan<byte> file, string path)
    {
        // They follow the short header and are part of the longer ones: the same place.
        if (file.Length < FileHeader + InfoHeader + 12)
            throw Cut(path);
        uint[] masks = new uint[3];
        for (int c = 0; c < 3; c++)
        {
            masks[c] = BinaryPrimitives.ReadUInt32LittleEndian(file[(FileHeader + InfoHeader + (4 * c))..]);
            if (masks[c] == 0)
                throw new DataException("A colour has no bits.", "Fetch or write the file again.", path);
        }
        return masks;
    }

    private static ReadOnlySpan<byte> PaletteOf(ReadOnlySpan<byte> file, int from, int end, int stated, int bits, int entry, string path)
    {
        int colours = stated is > 0 && stated <= 1 << bits ? stated : 1 << bits;
        int to = Math.Min(from + (colours * entry), Math.Min(end, file.Length));
        return to > from ? file[from..to] : throw new DataException("Its palette is missing.", "Fetch or write the file again.", path);
    }

    private static bool IsGrey(ReadOnlySpan<byte> palette, int entry)
    {
        for (int i = 0; i + entry <= palette.Length; i += entry)
        {
            if (palette[i] != palette[i + 1] || palette[i] != palette[i + 2])
                return false;
        }
        return true;
    }

    private static DataException Cut(string path) => new("The file is cut short.", "Fetch or write it again.", path);
}

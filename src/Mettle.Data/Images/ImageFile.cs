namespace Mettle.Data;

/// <summary>Image files: PNG, JPEG (baseline and progressive), BMP and PNM, told apart by their first bytes.</summary>
public static class ImageFile
{
    /// <summary>Largest file, 256 MiB, unless the call says otherwise.</summary>
    public const long DefaultMaxBytes = 1L << 28;

    /// <summary>Reads one file; transparency is left out.</summary>
    /// <exception cref="DataException">Unreadable, of another format, damaged, cut short, or of more than <see cref="PixelImage.MostPixels"/> pixels.</exception>
    public static PixelImage Read(string path, long maxBytes = DefaultMaxBytes) => Parse(SourceFile.Read(path, Math.Min(maxBytes, Array.MaxLength)), path);

    /// <summary>The image that a file's bytes hold; <paramref name="path"/> names it in messages.</summary>
    internal static PixelImage Parse(ReadOnlyMemory<byte> bytes, string path)
    {
        ReadOnlySpan<byte> file = bytes.Span;
        if (file.StartsWith(PngReader.Mark))
            return PngReader.Read(file, path);
        if (file.StartsWith(JpegReader.Mark))
            return JpegReader.Read(file, path);
        if (file.StartsWith(BmpReader.Mark))
            return BmpReader.Read(file, path);
        if (file.StartsWith(PnmReader.Mark) && file.Length > 1 && file[1] is >= (byte)'1' and <= (byte)'6')
            return PnmReader.Read(file, path);
        throw new DataException("The file is no PNG, JPEG, BMP or PNM image.", "Convert it to PNG.", path);
    }

    /// <summary>Refuses sizes that are 0 or more than can be held, before memory is taken.</summary>
    internal static void RequireSize(long width, long height, string path)
    {
        if (width is < 1 or > int.MaxValue || height is < 1 or > int.MaxValue || width * height > PixelImage.MostPixels)
            throw new DataException($"The header states {width} x {height} pixels.", $"Images of 1 to {PixelImage.MostPixels} pixels can be read: check the file, or scale it down.", path);
    }
}

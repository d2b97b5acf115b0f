using System.Buffers.Binary;
using System.IO.Compression;

namespace Mettle.Data;

/// <summary>Reads a whole file, plain or gzip (told by its first bytes, not its name), within a size limit.</summary>
internal static class SourceFile
{
    private const int ChunkBytes = 1 << 16;

    /// <summary>The file's bytes, decompressed.</summary>
    /// <exception cref="DataException">
    /// Missing, a directory, unreadable, empty, broken gzip, or more than <paramref name="maxBytes"/> after decompression.
    /// </exception>
    public static ReadOnlyMemory<byte> Read(string path, long maxBytes)
    {
        if (Directory.Exists(path))
            throw new DataException("This is a directory.", "Name a file in it.", path);
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, ChunkBytes);
            return Read(file, path, maxBytes);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataException("There is no such file.", "Check the path, or fetch it with 'mettle data get'.", path, inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new DataException($"The file cannot be read ({e.Message}).", "Check its permissions and the disk.", path, inner: e);
        }
    }

    private static ReadOnlyMemory<byte> Read(FileStream file, string path, long maxBytes)
    {
        Span<byte> magic = stackalloc byte[2];
        int read = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false);
        if (read == 0)
            throw new DataException("The file is empty (0 bytes).", "Fetch or export it again.", path);
        file.Position = 0;
        if (read < 2 || magic[0] != 0x1f || magic[1] != 0x8b)
            return Drain(file, path, maxBytes, "The file");
        try
        {
            using GZipStream unzipped = new(file, CompressionMode.Decompress, leaveOpen: true);
            ReadOnlyMemory<byte> bytes = Drain(unzipped, path, maxBytes, "The decompressed file");
            RequireTrailer(file, path, bytes.Span);
            return bytes;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw BrokenGzip(path, e);
        }
    }

    // The runtime's decoder takes a stream that is cut anywhere for a complete one, so the trailer (checksum and length of the
    // last member, RFC 1952 section 2.3.1) is compared here. Its length may be shorter than the text: members can be chained.
    private static void RequireTrailer(FileStream file, string path, ReadOnlySpan<byte> unzipped)
    {
        Span<byte> trailer = stackalloc byte[8];
        file.Position = Math.Max(0, file.Length - trailer.Length);
        file.ReadExactly(trailer);
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]);
        if (length == 0 || length > (uint)unzipped.Length || Crc32.Of(unzipped[^(int)length..]) != checksum)
            throw BrokenGzip(path, null);
    }

    private static DataException BrokenGzip(string path, Exception? inner) =>
        new("The gzip stream is cut short or damaged.", "Fetch the file again, or pack it again with gzip.", path, inner: inner);

    private static ReadOnlyMemory<byte> Drain(Stream stream, string path, long maxBytes, string what)
    {
        using MemoryStream kept = new();
        byte[] chunk = new byte[ChunkBytes];
        int read;
        while ((read = stream.Read(chunk)) > 0)
        {
            if (kept.Length + read > maxBytes)
                throw new DataException(
                    $"{what} is larger than the limit of {maxBytes} bytes.",
                    "Raise MaxBytes if it is meant to be.", path);
            kept.Write(chunk, 0, read);
        }
        if (kept.Length == 0)
            throw new DataException($"{what} is empty (0 bytes).", "Fetch or export it again.", path);
        return kept.GetBuffer().AsMemory(0, (int)kept.Length);
    }
}

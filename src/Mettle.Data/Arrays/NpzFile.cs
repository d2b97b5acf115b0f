using System.IO.Compression;

namespace Mettle.Data;

/// <summary>Several named arrays in NumPy's format .npz: a zip archive of .npy files.</summary>
public static class NpzFile
{
    private const string Ending = ".npy";
    private const int MostArrays = 1 << 14;

    /// <summary>The arrays by name, in the archive's order.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">Largest sum of the arrays' sizes after decompression.</param>
    /// <exception cref="DataException">Unreadable, no zip archive or a damaged one, too large, or one of its entries is no array (see <see cref="NpyFile.Read"/>).</exception>
    public static IReadOnlyDictionary<string, Tensor> Read(string path, long maxBytes = NpyFile.DefaultMaxBytes)
    {
        ReadOnlyMemory<byte> file = SourceFile.Read(path, Math.Min(maxBytes, Array.MaxLength));
        try
        {
            using MemoryStream stream = new(file.ToArray(), writable: false);
            using ZipArchive archive = new(stream, ZipArchiveMode.Read);
            return Read(archive, path, maxBytes);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or NotSupportedException or IOException or ArgumentException)
        {
            throw new DataException($"This is no .npz file, or a damaged one ({e.Message.TrimEnd('.')}).", "Write it with numpy.savez.", path, inner: e);
        }
    }

    /// <summary>Writes arrays under their names, compressed.</summary>
    public static void Write(Stream stream, IReadOnlyDictionary<string, Tensor> arrays)
    {
        using ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var (name, tensor) in arrays)
        {
            ZipArchiveEntry entry = archive.CreateEntry(name + Ending);
            // Of the files' times only this one is the same in every run.
            entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using Stream part = entry.Open();
            NpyFile.Write(part, tensor);
        }
    }

    private static Dictionary<string, Tensor> Read(ZipArchive archive, string path, long maxBytes)
    {
        if (archive.Entries.Count is 0 or > MostArrays)
            throw new DataException($"It holds {archive.Entries.Count} arrays.", $"1 to {MostArrays} can be read.", path);
        Dictionary<string, Tensor> arrays = new(StringComparer.Ordinal);
        long left = Math.Min(maxBytes, Array.MaxLength);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            string place = $"{path}, array {DataException.Quote(entry.FullName)}";
            if (!entry.FullName.EndsWith(Ending, StringComparison.Ordinal) || entry.IsEncrypted)
                throw new DataException("It is encrypted, or no .npy file.", "Write the archive with numpy.savez.", place);
            byte[] bytes = Unpack(entry, ref left, place);
            if (!arrays.TryAdd(entry.FullName[..^Ending.Length], NpyFile.Parse(bytes, place)))
                throw new DataException("The archive has two arrays of this name.", "Write it with numpy.savez.", place);
        }
        return arrays;
    }

    // The stated length is a promise of a foreign file: memory is taken as bytes come, up to the limit.
    private static byte[] Unpack(ZipArchiveEntry entry, ref long left, string place)
    {
        using MemoryStream kept = new();
        using (Stream stream = entry.Open())
        {
            byte[] chunk = new byte[1 << 16];
            int read;
            while ((read = stream.Read(chunk)) > 0)
            {
                if ((left -= read) < 0)
                    throw new DataException("The arrays are larger than the limit.", "Save fewer or smaller arrays.", place);
                kept.Write(chunk, 0, read);
            }
        }
        byte[] bytes = kept.ToArray();
        return Crc32.Of(bytes) == entry.Crc32 ? bytes : throw new DataException("Its checksum is another than the archive says.", "Fetch or write the file again.", place);
    }
}

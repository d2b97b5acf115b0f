using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;

namespace Mettle.Data;

/// <summary>
/// Image files in folders that are named after their class: a directory, a zip archive, or a tar archive, plain or gzip. Files are
/// taken in the order of their names, so the rows do not depend on how they are stored.
/// </summary>
public static class ImageFolders
{
    /// <summary>Largest sum of the image files' sizes, 1 GiB, unless the call says otherwise.</summary>
    public const long DefaultMaxBytes = 1L << 30;

    private static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".bmp", ".pbm", ".pgm", ".ppm", ".pnm"];
    private static readonly string[] Parts = ["train", "training", "test", "testing", "val", "valid", "validation", "dev"];

    /// <summary>Reads all images; of one in colour or more all have three channels.</summary>
    /// <param name="path">The directory or archive.</param>
    /// <param name="within">Folder in it, whose folders are the classes; "" for those that all images share.</param>
    /// <param name="height">Rows that every image is brought to; 0 keeps them, then all must be of one size.</param>
    /// <param name="width">Columns; 0 with <paramref name="height"/>.</param>
    /// <param name="classNames">The classes there may be; null for those that are found, in the order of their names.</param>
    /// <param name="maxBytes">Largest sum of the image files' sizes.</param>
    /// <exception cref="DataException">Nothing there, no archive, a damaged image, one without class, of an unknown class or of another size; names the file.</exception>
    public static NamedImages Read(string path, string within = "", int height = 0, int width = 0, IReadOnlyList<string>? classNames = null, long maxBytes = DefaultMaxBytes)
    {
        List<Entry> all = Directory.Exists(path) ? OfDirectory(path, maxBytes) : OfArchive(path, maxBytes);
        string folder = within.Trim('/');
        string start = folder.Length == 0 ? "" : $"{folder}/";
        List<Entry> entries = [.. all.Where(e => e.Name.StartsWith(start, StringComparison.Ordinal)).OrderBy(e => e.Name, StringComparer.Ordinal)];
        if (folder.Length > 0 && entries.Count == 0)
        {
            // Archives often hold one folder with all else in it.
            entries = [.. all.Where(e => e.Name.Contains($"/{start}", StringComparison.Ordinal)).OrderBy(e => e.Name, StringComparer.Ordinal)];
            string[] starts = [.. entries.Select(e => e.Name[..(e.Name.IndexOf($"/{start}", StringComparison.Ordinal) + start.Length + 1)]).Distinct(StringComparer.Ordinal)];
            if (starts.Length != 1)
                throw new DataException(
                    all.Count == 0 ? "There is no image in it." : $"There is no image in the folder {DataException.Quote(folder)}; the first one is {DataException.Quote(all[0].Name)}.",
                    $"Name the folder whose folders are the classes; images end in {string.Join(", ", Endings)}.", path);
            start = starts[0];
        }
        if (entries.Count == 0)
            throw new DataException("There is no image in it.", $"Give one folder of images for each class; images end in {string.Join(", ", Endings)}.", path);
        start = folder.Length > 0 ? start : Shared(entries);
        RequireOnePart(entries, start, path);
        string[] labels = [.. entries.Select(e => ClassOf(e, start, path))];
        string[] names = classNames is null ? [.. labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] : [.. classNames];
        Dictionary<string, int> codes = names.Select((n, i) => (n, i)).ToDictionary(p => p.n, p => p.i, StringComparer.Ordinal);
        int strange = Array.FindIndex(labels, l => !codes.ContainsKey(l));
        if (strange >= 0)
            throw new DataException($"The class {DataException.Quote(labels[strange])} is none of the training images' ({string.Join(", ", names.Take(12))}).", "Give it training images, or leave it out.", Place(path, entries[strange]));
        return new NamedImages(Decode(entries, path, height, width) with { Labels = [.. labels.Select(l => codes[l])], ClassNames = [.. names] }, [.. entries.Select(e => e.Name)]);
    }

    // "train/cat" and "test/cat" would be two classes.
    private static void RequireOnePart(List<Entry> entries, string start, string path)
    {
        string[] tops = [.. entries.Select(e => e.Name[start.Length..]).Select(n => n.Split('/')[0]).Distinct(StringComparer.Ordinal)];
        if (tops.Length > 1 && Array.TrueForAll(tops, t => Parts.Contains(t, StringComparer.OrdinalIgnoreCase)))
            throw new DataException($"Its folders are {string.Join(" and ", tops)}, which are no classes.", "Name those of training and test images ('train: train', 'test: test').", path);
    }

    private static LabelledImages Decode(List<Entry> entries, string path, int height, int width)
    {
        PixelImage first = Sized(entries[0], path, height, width);
        var (rows, columns) = (first.Height, first.Width);
        long size = (long)rows * columns;
        var grey = new bool[entries.Count];
        if (entries.Count * size * 3 > Array.MaxLength)
            throw new DataException($"{entries.Count} images of {columns} x {rows} pixels are more than memory should hold.", "Say a smaller size.", path);
        byte[] pixels = new byte[entries.Count * size * 3];
        for (int i = 0; i < entries.Count; i++)
        {
            PixelImage image = Sized(entries[i], path, height, width);
            if (image.Height != rows || image.Width != columns)
                throw new DataException($"The image is {image.Width} pixels wide and {image.Height} high, the first one {columns} x {rows}.", "Say the size that all are to be brought to ('size: [height, width]').", Place(path, entries[i]));
            grey[i] = image.Channels == 1;
            Put(image.ToRgb(), pixels.AsSpan((int)(i * size * 3), (int)size * 3));
        }
        if (Array.TrueForAll(grey, g => g))
        {
            // The channels are equal: the first is kept.
            byte[] plane = new byte[entries.Count * size];
            for (int i = 0; i < entries.Count; i++)
                pixels.AsSpan((int)(i * size * 3), (int)size).CopyTo(plane.AsSpan((int)(i * size)));
            return new LabelledImages(plane, 255, rows, columns, [], []);
        }
        return new LabelledImages(pixels, 255, rows, columns, [], []) { Channels = 3 };
    }

    private static PixelImage Sized(Entry entry, string path, int height, int width)
    {
        PixelImage image = ImageFile.Parse(entry.Read(), Place(path, entry));
        return height > 0 ? image.Resize(width, height) : image;
    }

    private static void Put(PixelImage image, Span<byte> target)
    {
        int plane = image.Width * image.Height;
        for (int c = 0; c < 3; c++)
        {
            for (int i = 0; i < plane; i++)
                target[(c * plane) + i] = (byte)(((image.Values[(3 * i) + c] * 510L) + image.MaxValue) / (2L * image.MaxValue));
        }
    }

    private static string ClassOf(Entry entry, string start, string path)
    {
        string rest = entry.Name[start.Length..];
        int end = rest.LastIndexOf('/');
        return end > 0 ? rest[..end] : throw new DataException("The image lies in no folder, so it has no class.", "Give one folder of images for each class.", Place(path, entry));
    }

    // Folders that all images lie in; with a single class its own folder stays, since that is its name.
    private static string Shared(List<Entry> entries)
    {
        string first = entries[0].Name, last = entries[^1].Name;
        int same = 0;
        while (same < Math.Min(first.Length, last.Length) && first[same] == last[same])
            same++;
        string shared = first[..(first.AsSpan(0, same).LastIndexOf('/') + 1)];
        return entries.TrueForAll(e => e.Name.LastIndexOf('/') == shared.Length - 1) && shared.Length > 0
            ? shared[..(shared.AsSpan(0, shared.Length - 1).LastIndexOf('/') + 1)]
            : shared;
    }

    private static string Place(string path, Entry entry) => $"{path}/{entry.Name}";

    private static bool IsImage(string name)
        => Endings.Any(e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase)) && !name.Split('/').Any(p => p.StartsWith('.') || p == "__MACOSX");

    private static List<Entry> OfDirectory(string path, long maxBytes)
    {
        try
        {
            string[] files = [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)];
            return [.. files.Select(f => (File: f, Name: Path.GetRelativePath(path, f).Replace(Path.DirectorySeparatorChar, '/'))).Where(f => IsImage(f.Name)).Select(f => new Entry(f.Name, () => SourceFile.Read(f.File, maxBytes)))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"The folder cannot be read ({e.Message}).", "Check its permissions and the disk.", path, inner: e);
        }
    }

    private static List<Entry> OfArchive(string path, long maxBytes)
    {
        ReadOnlyMemory<byte> file = SourceFile.Read(path, Math.Min(maxBytes, Array.MaxLength));
        bool zip = file.Span.StartsWith("PK"u8);
        if (!zip && (file.Length < 262 || !file.Span[257..].StartsWith("ustar"u8)))
            throw new DataException("This is no folder, zip or tar archive.", "Give images in folders that are named after their class.", path);
        try
        {
            using MemoryStream stream = new(file.ToArray(), writable: false);
            return zip ? OfZip(stream, path, maxBytes) : OfTar(stream, path);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or NotSupportedException or IOException or ArgumentException)
        {
            throw new DataException($"The archive is damaged, or of a kind that is not known here ({e.Message.TrimEnd('.')}).", "Fetch it or pack it again.", path, inner: e);
        }
    }

    private static List<Entry> OfZip(Stream stream, string path, long maxBytes)
    {
        using ZipArchive archive = new(stream, ZipArchiveMode.Read);
        List<Entry> entries = [];
        foreach (ZipArchiveEntry entry in archive.Entries.Where(e => IsImage(e.FullName)))
        {
            // The stated length is a promise of a foreign file: memory is taken as bytes come, up to the limit.
            using MemoryStream kept = new();
            using Stream part = entry.Open();
            byte[] chunk = new byte[1 << 14];
            int read;
            while ((read = part.Read(chunk)) > 0)
            {
                if ((maxBytes -= read) < 0)
                    throw new DataException("The images are larger than the limit.", "Give fewer or smaller images.", path);
                kept.Write(chunk, 0, read);
            }
            byte[] bytes = kept.ToArray();
            if (Crc32.Of(bytes) != entry.Crc32)
                throw new DataException("Its checksum is another than the archive says.", "Fetch or pack the archive again.", $"{path}/{entry.FullName}");
            entries.Add(new Entry(entry.FullName, () => bytes));
        }
        return entries;
    }

    private static List<Entry> OfTar(Stream stream, string path)
    {
        using TarReader reader = new(stream);
        List<Entry> entries = [];
        while (reader.GetNextEntry(copyData: false) is { } entry)
        {
            string name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || !IsImage(name))
                continue;
            byte[] bytes = new byte[entry.Length];
            if (entry.DataStream is null)
                throw new DataException("The image is empty (0 bytes).", "Fetch it again, or leave it out.", $"{path}/{name}");
            entry.DataStream.ReadExactly(bytes);
            entries.Add(new Entry(name, () => bytes));
        }
        return entries;
    }

    private sealed record Entry(string Name, Func<ReadOnlyMemory<byte>> Read);
}

/// <summary>Images with the names of their files.</summary>
/// <param name="Images">The images.</param>
/// <param name="Files">Name of each one's file within the folder or archive.</param>
public sealed record NamedImages(LabelledImages Images, ImmutableArray<string> Files);

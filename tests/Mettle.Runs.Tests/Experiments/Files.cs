using System.Buffers.Binary;
using System.Globalization;

namespace Mettle.Runs.Tests.Experiments;

/// <summary>Small data files and recipes for the tests of experiments.</summary>
internal static class Files
{
    public static Recipe Recipe(string yaml, string folder)
        => Mettle.Runs.Recipe.Parse(yaml, "test.yaml", ExperimentVocabulary.Create(), folder);

    /// <summary>Images of 2 x 2 pixels, row i's class is i mod 3; four pixels and the class per line, without a header.</summary>
    public static string ImageCsv(string folder, string name, int rows)
        => Write(folder, name, Enumerable.Range(0, rows).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i % 16},{(i / 2) % 16},{15 - (i % 16)},0,{i % 3}")));

    /// <summary>Two numbers, a category and a class ("yes" every third row).</summary>
    public static string TableCsv(string folder, string name, int rows)
        => Write(folder, name, Enumerable.Range(0, rows)
            .Select(i => string.Create(CultureInfo.InvariantCulture, $"{i},{(i * 7) % 11},{(i % 2 == 0 ? "a" : "b")},{(i % 3 == 0 ? "yes" : "no")}"))
            .Prepend("first,second,kind,answer"));

    /// <summary>IDX images of 2 x 2 pixels with their labels, class i mod 3.</summary>
    public static (string Images, string Labels) Idx(string folder, string prefix, int rows)
    {
        byte[] images = new byte[16 + (4 * rows)], labels = new byte[8 + rows];
        Header(images, 0x00000803, rows, 2, 2);
        Header(labels, 0x00000801, rows);
        for (int i = 0; i < rows; i++)
        {
            images.AsSpan(16 + (4 * i), 4).Fill((byte)(i % 256));
            labels[8 + i] = (byte)(i % 3);
        }

        string imagePath = Path.Combine(folder, $"{prefix}-images"), labelPath = Path.Combine(folder, $"{prefix}-labels");
        File.WriteAllBytes(imagePath, images);
        File.WriteAllBytes(labelPath, labels);
        return (imagePath, labelPath);
    }

    private static void Header(Span<byte> bytes, params ReadOnlySpan<int> numbers)
    {
        for (int i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteInt32BigEndian(bytes[(4 * i)..], numbers[i]);
    }

    private static string Write(string folder, string name, IEnumerable<string> lines)
    {
        string path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllLines(path, lines);
        return path;
    }
}

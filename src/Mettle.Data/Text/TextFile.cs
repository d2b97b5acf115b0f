using System.Collections.Immutable;
using System.Text;

namespace Mettle.Data;

/// <summary>Reads files of plain text, plain or gzip.</summary>
public static class TextFile
{
    /// <summary>The whole text, without a byte order mark; line ends become "\n".</summary>
    /// <param name="path">The file.</param>
    /// <param name="latin1">Whether it is in ISO 8859-1 rather than UTF-8.</param>
    /// <param name="maxBytes">Largest size after decompression.</param>
    /// <exception cref="DataException">Missing, a directory, empty, too large, broken gzip, not UTF-8, or no text at all; names file and line.</exception>
    public static string Read(string path, bool latin1 = false, long maxBytes = 1L << 28)
    {
        ReadOnlySpan<byte> bytes = SourceFile.Read(path, Math.Min(maxBytes, Array.MaxLength)).Span;
        if (latin1)
            CsvText.RequireText(bytes, path);
        else
            CsvText.Require(bytes, path, "Save the file as UTF-8, or say that it is in ISO 8859-1 ('encoding: latin-1').");
        ReadOnlySpan<byte> mark = [0xef, 0xbb, 0xbf];
        string text = (latin1 ? Encoding.Latin1 : Encoding.UTF8).GetString(bytes.StartsWith(mark) ? bytes[mark.Length..] : bytes);
        return text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
    }

    /// <summary>The lines that are not blank, trimmed, with their numbers from 1.</summary>
    /// <exception cref="DataException">As <see cref="Read"/>, or there is no such line.</exception>
    public static ImmutableArray<(int Number, string Text)> Lines(string path, bool latin1 = false, long maxBytes = 1L << 28)
    {
        ImmutableArray<(int, string)> lines = [.. Read(path, latin1, maxBytes).Split('\n').Select((text, i) => (i + 1, text.Trim())).Where(l => l.Item2.Length > 0)];
        return lines.IsEmpty ? throw new DataException("All lines are blank.", "Name a file with text.", path) : lines;
    }
}

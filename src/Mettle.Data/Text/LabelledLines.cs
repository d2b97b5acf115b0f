using System.Collections.Immutable;

namespace Mettle.Data;

/// <summary>Lines of text, each with the name of its class.</summary>
/// <param name="Texts">The lines.</param>
/// <param name="Labels">Name of each line's class.</param>
public sealed record LabelledLines(ImmutableArray<string> Texts, ImmutableArray<string> Labels)
{
    /// <summary>Where each line stands: name of the file and number from 1.</summary>
    public required ImmutableArray<(string File, int Line)> Places { get; init; }

    /// <summary>Lines that begin with their label ("ham&lt;tab&gt;text").</summary>
    /// <param name="path">The file, plain or gzip.</param>
    /// <param name="delimiter">What ends the label.</param>
    /// <param name="labelEnd">Where this stands in a label, the label ends before it ("NUM:dist" is NUM with ":"); "" keeps all.</param>
    /// <param name="latin1">Whether it is in ISO 8859-1 rather than UTF-8.</param>
    /// <param name="maxBytes">Largest size after decompression.</param>
    /// <exception cref="DataException">As <see cref="TextFile.Read"/>, or a line has no label or no text; names file and line.</exception>
    public static LabelledLines Read(string path, char delimiter, string labelEnd = "", bool latin1 = false, long maxBytes = 1L << 28)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        var labels = ImmutableArray.CreateBuilder<string>();
        var places = ImmutableArray.CreateBuilder<(string File, int Line)>();
        string file = Path.GetFileName(path);
        foreach (var (number, line) in TextFile.Lines(path, latin1, maxBytes))
        {
            int at = line.IndexOf(delimiter, StringComparison.Ordinal);
            string label = at < 0 ? "" : line[..at].Trim();
            int end = labelEnd.Length == 0 ? -1 : label.IndexOf(labelEnd, StringComparison.Ordinal);
            label = end < 0 ? label : label[..end];
            string text = at < 0 ? "" : line[(at + 1)..].Trim();
            if (label.Length == 0 || text.Length == 0)
            {
                string name = delimiter switch { '\t' => "a tab", ' ' => "a blank", _ => $"'{delimiter}'" };
                throw new DataException($"The line {DataException.Quote(line)} is not a label, {name} and a text.", "Mend the line or name another delimiter.", path, number);
            }

            labels.Add(label);
            texts.Add(text);
            places.Add((file, number));
        }

        return new LabelledLines(texts.ToImmutable(), labels.ToImmutable()) { Places = places.ToImmutable() };
    }

    /// <summary>Files of one class each; the class has the file's name up to ".txt" or ".gz".</summary>
    /// <exception cref="DataException">As <see cref="TextFile.Read"/>; two files give one name.</exception>
    public static LabelledLines OfFiles(IReadOnlyList<string> paths, bool latin1 = false, long maxBytes = 1L << 28)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        var labels = ImmutableArray.CreateBuilder<string>();
        var places = ImmutableArray.CreateBuilder<(string File, int Line)>();
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (string path in paths)
        {
            string name = Path.GetFileName(path);
            foreach (string ending in (string[])[".gz", ".txt"])
                name = name.EndsWith(ending, StringComparison.OrdinalIgnoreCase) ? name[..^ending.Length] : name;
            if (!names.Add(name))
                throw new DataException($"Two files give the class {DataException.Quote(name)}.", "Rename one of them.", path);
            foreach (var (number, line) in TextFile.Lines(path, latin1, maxBytes))
            {
                texts.Add(line);
                labels.Add(name);
                places.Add((Path.GetFileName(path), number));
            }
        }

        return new LabelledLines(texts.ToImmutable(), labels.ToImmutable()) { Places = places.ToImmutable() };
    }
}

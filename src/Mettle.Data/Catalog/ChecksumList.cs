using System.Buffers;
using System.Collections.Immutable;

namespace Mettle.Data;

/// <summary>Reads the format of <c>sha256sum</c>: 64 hexadecimal digits, two characters, a path.</summary>
internal static class ChecksumList
{
    private const int Digits = 64;
    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdefABCDEF");

    /// <exception cref="DataException">A line has another form, names a path outside the folder, or repeats one.</exception>
    public static ImmutableArray<(string Path, string Sha256)> Read(string file)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException(
                $"The list of checksums cannot be read ({e.Message}).",
                "Set METTLE_DATA to a folder that holds SHA256SUMS.", file, inner: e);
        }
        var entries = ImmutableArray.CreateBuilder<(string, string)>();
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i];
            if (line.Length == 0)
                continue;
            if (line.Length < Digits + 3 || line.AsSpan(0, Digits).ContainsAnyExcept(Hexadecimal) || line[Digits] != ' ' || line[Digits + 1] is not (' ' or '*'))
                throw new DataException(
                    "The line is not '<64 hexadecimal digits>  <path>'.",
                    "Write the list with sha256sum.", file, i + 1);
            string path = line[(Digits + 2)..];
            if (Path.IsPathRooted(path) || path.Contains('\\') || path.Split('/').Any(part => part is "" or "." or ".."))
                throw new DataException(
                    $"The path {DataException.Quote(path)} is not a plain path below the folder.",
                    "Write the list inside the data folder.", file, i + 1);
            if (!seen.Add(path))
                throw new DataException($"The path {DataException.Quote(path)} is listed twice.", "Keep one of the lines.", file, i + 1);
            entries.Add((path, line[..Digits].ToLowerInvariant()));
        }
        return entries.DrainToImmutable();
    }
}

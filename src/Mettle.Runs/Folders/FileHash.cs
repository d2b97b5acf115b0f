using System.Security.Cryptography;

namespace Mettle.Runs;

/// <summary>Fingerprints of files for manifests.</summary>
public static class FileHash
{
    /// <summary>
    /// SHA-256 of each file by its name; where two files share one name, by as many of the folders before it as tell all apart.
    /// </summary>
    /// <exception cref="RunIoException">A file cannot be read.</exception>
    public static IReadOnlyDictionary<string, string> ByName(IReadOnlyList<string> files)
    {
        string[] paths = [.. files.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal)];
        int parts = 1;
        while (paths.Select(p => Tail(p, parts)).Distinct(StringComparer.Ordinal).Count() < paths.Length)
        {
            parts++;
        }

        return new SortedDictionary<string, string>(paths.ToDictionary(p => Tail(p, parts), Sha256), StringComparer.Ordinal);
    }

    private static string Tail(string path, int parts) => string.Join('/', path.Split(Path.DirectorySeparatorChar).TakeLast(parts));

    /// <summary>SHA-256 of a file in lowercase hex.</summary>
    /// <exception cref="RunIoException">The file cannot be read.</exception>
    public static string Sha256(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunIoException(path, $"cannot be read: {e.Message}", e);
        }
    }
}

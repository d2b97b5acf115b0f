using System.Security.Cryptography;

namespace Mettle.Runs;

/// <summary>Fingerprints of files for manifests.</summary>
public static class FileHash
{
    /// <summary>
    /// SHA-256 of each file or folder by its name; where two files share one name, by as many of the folders before it as tell all apart.
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

    /// <summary>SHA-256 of a file in lowercase hex; of a folder, that of its files' names and their SHA-256 in the order of the names.</summary>
    /// <exception cref="RunIoException">The file cannot be read.</exception>
    public static string Sha256(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                return OfFolder(path);
            }

            using FileStream stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunIoException(path, $"cannot be read: {e.Message}", e);
        }
    }

    private static string OfFolder(string folder)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(f => (Name: Path.GetRelativePath(folder, f).Replace(Path.DirectorySeparatorChar, '/'), File: f)).OrderBy(f => f.Name, StringComparer.Ordinal);
        foreach (var (name, file) in files)
        {
            all.AppendData(System.Text.Encoding.UTF8.GetBytes($"{name}\n{Sha256(file)}\n"));
        }

        return Convert.ToHexStringLower(all.GetHashAndReset());
    }
}

using System.Security.Cryptography;

namespace Mettle.Runs;

/// <summary>Fingerprints of files for manifests.</summary>
public static class FileHash
{
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

using System.Buffers;
using System.Security.Cryptography;

namespace Mettle.Data;

/// <summary>Writes a stream to a file that appears under its name only when it is whole and has the right checksum.</summary>
internal static class FileTransfer
{
    private const int ChunkBytes = 1 << 17;

    /// <summary>Ending of the file while it is being written, in the destination's folder so that the rename is atomic.</summary>
    public const string TemporarySuffix = ".mettle-tmp";

    /// <exception cref="DataException">Too many or too few bytes, a wrong checksum, or the destination cannot be written.</exception>
    public static async Task WriteAsync(
        Stream source, string name, string destination, Expectation expected, IProgress<TransferProgress>? progress, CancellationToken cancel)
    {
        string temporary = destination + TemporarySuffix;
        FileStream file = Open(temporary, destination);
        try
        {
            await using (file)
            {
                string actual = await CopyAsync(source, name, file, expected, progress, cancel);
                if (expected.Sha256 is { } sha256 && !string.Equals(sha256, actual, StringComparison.OrdinalIgnoreCase))
                    throw new DataException(
                        $"The SHA-256 is {actual}, expected was {sha256}.",
                        "Fetch it again; if it stays, the source has changed: do not trust it unseen.", name);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, destination, overwrite: true);
        }
        catch (Exception e)
        {
            File.Delete(temporary);
            if (e is IOException and not HttpIOException or UnauthorizedAccessException)
                throw CannotWrite(destination, e);
            throw;
        }
    }

    private static async Task<string> CopyAsync(
        Stream source, string name, FileStream file, Expectation expected, IProgress<TransferProgress>? progress, CancellationToken cancel)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            long total = 0;
            int read;
            while ((read = await source.ReadAsync(chunk.AsMemory(0, ChunkBytes), cancel)) > 0)
            {
                total += read;
                if (total > expected.MaxBytes)
                    throw TooLarge(name, expected.MaxBytes);
                hash.AppendData(chunk, 0, read);
                await file.WriteAsync(chunk.AsMemory(0, read), cancel);
                progress?.Report(new TransferProgress(name, total, expected.Bytes));
            }
            if (expected.Bytes is { } bytes && total != bytes)
                throw new DataException($"{total} bytes came, {bytes} were announced.", "Fetch it again.", name);
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    internal static DataException TooLarge(string name, long maxBytes) =>
        new($"The file is larger than the limit of {maxBytes} bytes.", "Raise the limit if it is meant to be.", name);

    private static FileStream Open(string temporary, string destination)
    {
        if (Directory.Exists(destination))
            throw new DataException("The destination is a directory.", "Name the file to write.", destination);
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(destination)) is { } folder)
                Directory.CreateDirectory(folder);
            // FileShare.None also turns away a second fetch of the same file while this one writes.
            return new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw CannotWrite(destination, e);
        }
    }

    private static DataException CannotWrite(string destination, Exception e) =>
        new($"The file cannot be written ({e.Message}).", "Check the folder's permissions, its free space, and that no other fetch of it runs.", destination, inner: e);

    /// <summary>What the bytes must be like.</summary>
    internal sealed record Expectation(string? Sha256, long? Bytes, long MaxBytes);
}

namespace Mettle.Runs;

/// <summary>Files that are either whole or not there: written under a temporary name beside their place, forced to disk, then renamed.</summary>
public static class AtomicFile
{
    /// <summary>Ending of temporary names; such a file is left over only where a process was killed while writing.</summary>
    public const string TemporaryEnding = ".mettle-tmp";

    /// <summary>Writes a file, replacing an older one. Makes its folder. Whatever goes wrong, the older file stays and no part of the new one does.</summary>
    /// <exception cref="RunIoException">The disk is full or refuses; an exception of <paramref name="write"/> that is no I/O error passes as it is.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}{TemporaryEnding}";
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Remove(temporary);
            if (e is RunIoException) throw;
            throw new RunIoException(path, $"could not be written, nothing was changed: {e.Message}", e);
        }
        catch
        {
            Remove(temporary);
            throw;
        }
    }

    /// <summary>Deletes what killed writers left in a folder and below it.</summary>
    internal static void Sweep(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*" + TemporaryEnding, SearchOption.AllDirectories).ToArray()) File.Delete(file);
    }

    private static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first error is the one to tell; the next Open sweeps the file away.
        }
    }
}

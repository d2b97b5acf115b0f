namespace Mettle.Runs;

/// <summary>Holds a run folder for one process. The operating system lets go of it when the process ends, however it ends.</summary>
internal sealed class RunLock : IDisposable
{
    public const string FileName = "run.lock";

    private readonly FileStream _stream;

    private RunLock(FileStream stream) => _stream = stream;

    /// <summary>Takes the lock of a folder that was just made; null where another process was first to claim the name.</summary>
    public static RunLock? Claim(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            return new RunLock(new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    /// <summary>Takes the lock of an existing run.</summary>
    /// <exception cref="RunIoException">Another process holds it.</exception>
    public static RunLock Take(string folder)
    {
        RunLock? taken = null;
        IOException? refusal = null;
        // IsHeld of another process looks for an instant only: trying again tells a look from a holder.
        SpinWait.SpinUntil(() => (taken = TryTake(folder, out refusal)) is not null, millisecondsTimeout: 200);
        return taken ?? throw new RunIoException(folder, "another process is at work on this run; wait for it or stop it", refusal);
    }

    /// <summary>Whether a process holds the run now.</summary>
    public static bool IsHeld(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return false;
        try
        {
            // For reading, so that runs of other users can be listed too.
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None).Dispose();
            return false;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new RunIoException(path, $"cannot be read: {e.Message}", e);
        }
        catch (IOException)
        {
            return true;
        }
    }

    public void Dispose() => _stream.Dispose();

    private static RunLock? TryTake(string folder, out IOException? refusal)
    {
        refusal = null;
        try
        {
            return new RunLock(new FileStream(Path.Combine(folder, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new RunIoException(Path.Combine(folder, FileName), $"cannot be locked: {e.Message}", e);
        }
        catch (IOException e)
        {
            refusal = e;
            return null;
        }
    }
}

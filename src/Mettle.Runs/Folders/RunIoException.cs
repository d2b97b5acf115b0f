namespace Mettle.Runs;

/// <summary>A file or folder of a run that cannot be read, written or used; the message names it and the mend.</summary>
public sealed class RunIoException : IOException
{
    /// <summary>Makes the exception; its message is the path, then what is wrong.</summary>
    public RunIoException(string path, string message, Exception? inner = null)
        : base($"{path}: {message}", inner) => Path = path;

    /// <summary>The file or folder.</summary>
    public string Path { get; }
}

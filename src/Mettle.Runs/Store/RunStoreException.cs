namespace Mettle.Runs;

/// <summary>The run store cannot be opened, read or written. The message names the store, never a password.</summary>
public sealed class RunStoreException : Exception
{
    /// <summary>Makes the exception; its message is the store's place, then what is wrong and how to mend it.</summary>
    public RunStoreException(string store, string message, Exception? inner = null)
        : base($"{store}: {message}", inner)
    {
    }
}

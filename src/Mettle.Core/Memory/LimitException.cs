namespace Mettle;

/// <summary>More was asked for than the <see cref="Budget"/> of this thread allows.</summary>
public sealed class LimitException : Exception
{
    /// <summary>Says what was asked for and which limit it breaks.</summary>
    public LimitException(string message)
        : base(message)
    {
    }
}

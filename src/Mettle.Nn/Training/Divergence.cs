namespace Mettle.Nn;

/// <summary>
/// Training came to a loss or gradient that is not finite, or with <see cref="Recovery"/> to one far above what it was. Weights
/// and running statistics are those before the failing step; with recovery those of the last good snapshot.
/// </summary>
/// <param name="Epoch">Epoch from 0.</param>
/// <param name="Step">Step in the epoch from 0.</param>
/// <param name="Quantity">"loss", "gradient" or "weight".</param>
/// <param name="Cause">What was found on replaying the step: a bad sample, a bad parameter or the op that made the first NaN or infinity.</param>
/// <param name="Birth">The op, where one was found.</param>
public sealed record Divergence(int Epoch, int Step, string Quantity, string Cause, NanBirth? Birth)
{
    /// <summary>Positions of the training rows that are at fault; empty where it is not the rows.</summary>
    public IReadOnlyList<int> Rows { get; init; } = [];

    /// <summary>Layer whose output, or parameter whose gradient, was the first that is not finite; null where none was found.</summary>
    public string? Layer { get; init; }

    /// <summary>Task being learned, from 0; null without tasks.</summary>
    public int? Task { get; init; }

    /// <summary>Whether the numbers were finite, only far too large.</summary>
    public bool IsFinite { get; init; }

    /// <summary>What happened, in one line.</summary>
    public string Message => $"Training diverged in epoch {Epoch + 1}{(Task is { } task ? $" (task {task + 1})" : "")}, step {Step + 1}{(IsFinite ? "." : $": the {Quantity} is not finite.")} {Cause}";
}

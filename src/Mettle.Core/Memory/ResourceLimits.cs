namespace Mettle;

/// <summary>What a <see cref="Budget"/> allows. The defaults suit a server that runs small foreign models.</summary>
public sealed record ResourceLimits
{
    /// <summary>Bytes that may be in use at once: tensors, and what <see cref="Budget.Hold"/> counts. 1 GiB unless set.</summary>
    public long Bytes { get; init; } = 1L << 30;

    /// <summary>
    /// Work that may be done in all: floating-point operations, and bytes read and written, each counted once. No op begins that would go
    /// beyond it. 10^12 unless set: some tens of seconds of matrix products on one core, minutes of slower ops.
    /// </summary>
    public long Work { get; init; } = 1_000_000_000_000;

    /// <summary>Time from the budget's beginning; unlimited unless set. Looked at before each op: the longest op is the delay.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.MaxValue;

    /// <summary>Asks to stop, e.g. when a caller has gone. Looked at before each op as well.</summary>
    public CancellationToken Stop { get; init; }
}

namespace Mettle.Data;

/// <summary>
/// Walks through a stretch of rows, in the order of a column's values, and tells what a cut at each place would gain: the
/// log-likelihood, in nats, of the target under a constant for either side, less that under one constant for the whole.
/// </summary>
internal interface ITargetScan
{
    /// <summary>Free parameters of one constant.</summary>
    int Parameters { get; }

    /// <summary>Sets out at the first of the rows <paramref name="start"/> to <paramref name="end"/> - 1.</summary>
    void Begin(int start, int end);

    /// <summary>Passes the next row; the gain of a cut behind it.</summary>
    double Advance();
}

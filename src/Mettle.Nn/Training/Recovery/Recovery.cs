namespace Mettle.Nn;

/// <summary>
/// Live recovery: a training that breaks down is stopped, rolled back to its last good snapshot in memory and goes on with a
/// remedy chosen by the cause. Breaking down is a loss or gradient that is not finite; a loss that rises far above its own
/// median, and near or above that of a constant answer, for several steps in a row; or a start after which nothing is learned
/// and the loss or the weights have blown up.
/// </summary>
/// <remarks>
/// The thresholds are those of <see cref="LossWatch"/>. All depends on losses and gradient norms alone, so a recovered
/// training has the same bits on any number of threads, straight through or resumed.
/// </remarks>
/// <param name="Retries">Most roll-backs, at least 1; after them the training ends with its <see cref="Divergence"/>. Leaving out broken rows does not count.</param>
public sealed record Recovery(int Retries = 4)
{
    /// <summary>Largest share of the training rows that may be left out because they are broken; with more the data is at fault.</summary>
    public double MostBadRows { get; init; } = 0.05;
}

namespace Mettle.Nn;

/// <summary>
/// While in force on this thread, every batch norm normalises by the statistics of the batch at hand, in evaluation passes
/// too, shows them to an observer and leaves its running ones as they are. So a trained model can be looked at, or its
/// statistics computed afresh (<see cref="RunningStatistics"/>), without dropout and without being changed.
/// </summary>
/// <example><code>
/// using (BatchStatistics.Use((layer, mean, variance, count) => means[layer.Path] = mean.ToArray&lt;float&gt;()))
/// {
///     model.Forward(batch, Pass.Eval);
/// }
/// </code></example>
public sealed class BatchStatistics : IDisposable
{
    [ThreadStatic]
    private static BatchStatistics? current;

    private readonly BatchStatisticsObserver observer;
    private readonly BatchStatistics? outer;

    private BatchStatistics(BatchStatisticsObserver observer)
    {
        this.observer = observer;
        outer = current;
    }

    internal static bool IsActive => current is not null;

    /// <summary>Puts it in force until the result is disposed. Of nested ones the innermost observes.</summary>
    public static BatchStatistics Use(BatchStatisticsObserver observer) => current = new BatchStatistics(observer);

    /// <summary>Ends it; throws <see cref="InvalidOperationException"/> on another thread or if an inner one is in force.</summary>
    public void Dispose()
    {
        if (!ReferenceEquals(current, this))
        {
            throw new InvalidOperationException("The use of batch statistics was ended on another thread or before an inner one.");
        }

        current = outer;
    }

    internal static void Report(BatchNormLayer layer, Tensor mean, Tensor variance, long count) => current!.observer(layer, mean, variance, count);
}

/// <summary>Is shown a batch's statistics in a layer.</summary>
/// <param name="layer">The layer.</param>
/// <param name="mean">Mean by channel.</param>
/// <param name="variance">Variance by channel, that of the batch itself (divided by <paramref name="count"/>).</param>
/// <param name="count">Values per channel.</param>
public delegate void BatchStatisticsObserver(BatchNormLayer layer, Tensor mean, Tensor variance, long count);

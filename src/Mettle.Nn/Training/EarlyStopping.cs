namespace Mettle.Nn;

/// <summary>
/// Ends training when a validation metric no longer improves (Prechelt, "Early stopping - but when?", 1998). A function of
/// the history, so a resumed training decides as an uninterrupted one.
/// </summary>
/// <param name="Patience">Epochs without improvement before stopping; 0 never stops early but still keeps the best weights.</param>
/// <param name="Metric">"loss", or the name of a <see cref="Nn.Metric"/>.</param>
/// <param name="MinDelta">Smallest change that counts as improvement.</param>
/// <param name="RestoreBest">End with the weights of the best epoch.</param>
public sealed record EarlyStopping(int Patience, string Metric = "loss", double MinDelta = 0, bool RestoreBest = true)
{
    private bool HigherIsBetter => Metric != "loss" && Nn.Metric.Named(Metric).HigherIsBetter;

    /// <summary>The best epoch so far (-1 if none had a finite value) and the epochs since.</summary>
    public (int BestEpoch, int Since) Judge(IReadOnlyList<EpochInfo> history)
    {
        int best = -1;
        double bestValue = double.NaN;
        for (int i = 0; i < history.Count; i++)
        {
            double value = Metric == "loss" ? history[i].WatchedLoss : history[i].ValidationMetrics.GetValueOrDefault(Metric, double.NaN);
            double gain = HigherIsBetter ? value - bestValue : bestValue - value;
            if (double.IsFinite(value) && (best < 0 || gain > MinDelta))
            {
                (best, bestValue) = (i, value);
            }
        }

        return (best, history.Count - 1 - best);
    }
}

namespace Mettle.Nn;

/// <summary>
/// The rate falls by a factor whenever the watched loss has not improved for more than <paramref name="patience"/> epochs
/// (PyTorch's ReduceLROnPlateau, mode min, relative threshold). It is recomputed from the losses, so it needs no state.
/// </summary>
/// <param name="factor">Factor of each fall.</param>
/// <param name="patience">Epochs without improvement that are borne.</param>
/// <param name="threshold">An improvement is a loss below best * (1 - threshold).</param>
/// <param name="floor">Lowest rate.</param>
public sealed class PlateauSchedule(double factor = 0.1, int patience = 10, double threshold = 1e-4, double floor = 0) : Schedule
{
    private const double SmallestChange = 1e-8;

    /// <inheritdoc/>
    public override double Rate(double baseRate, SchedulePoint point)
    {
        double rate = baseRate, best = double.PositiveInfinity;
        int bad = 0;
        foreach (double loss in point.Losses)
        {
            bool better = loss < best * (1 - threshold);
            best = better ? loss : best;
            bad = better ? 0 : bad + 1;
            if (bad > patience)
            {
                double next = Math.Max(rate * factor, floor);
                rate = rate - next > SmallestChange ? next : rate;
                bad = 0;
            }
        }

        return rate;
    }
}

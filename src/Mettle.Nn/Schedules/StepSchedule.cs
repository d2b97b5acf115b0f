namespace Mettle.Nn;

/// <summary>The rate is multiplied by a factor every so many steps (PyTorch's StepLR).</summary>
/// <param name="size">Steps between drops.</param>
/// <param name="gamma">Factor of each drop.</param>
public sealed class StepSchedule(long size, double gamma = 0.1) : Schedule
{
    private readonly long size = Length(size, nameof(size));

    /// <inheritdoc/>
    public override double Rate(double baseRate, SchedulePoint point)
    {
        double rate = baseRate;
        for (long drops = point.Step / size; drops > 0 && rate != 0; drops--)
        {
            rate *= gamma;
        }

        return rate;
    }
}

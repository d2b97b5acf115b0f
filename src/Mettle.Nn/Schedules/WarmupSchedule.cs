namespace Mettle.Nn;

/// <summary>
/// A straight rise over the first steps (Goyal et al. 2017, section 2.2), after which <paramref name="then"/> begins at its own
/// step 0: PyTorch's SequentialLR of LinearLR and another.
/// </summary>
/// <param name="then">What follows.</param>
/// <param name="steps">Steps of the rise; 0 for none.</param>
/// <param name="start">Factor at step 0; null for 1 / (steps + 1), the even rise from 0 that wastes no step on a rate of 0.</param>
public sealed class WarmupSchedule(Schedule then, long steps, double? start = null) : Schedule
{
    /// <inheritdoc/>
    public override double Rate(double baseRate, SchedulePoint point)
    {
        if (point.Step >= steps)
        {
            return then.Rate(baseRate, point with { Step = point.Step - steps });
        }

        double from = start ?? 1 / (steps + 1.0);
        return baseRate * (from + ((1 - from) * point.Step / steps));
    }
}

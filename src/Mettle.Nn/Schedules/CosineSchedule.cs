namespace Mettle.Nn;

/// <summary>
/// Half a cosine wave from the base rate to a floor over <paramref name="steps"/>, after which it rises again (PyTorch's
/// CosineAnnealingLR; Loshchilov and Hutter, ICLR 2017, eq. 5).
/// </summary>
/// <param name="steps">Steps from top to floor.</param>
/// <param name="floor">Lowest rate.</param>
public sealed class CosineSchedule(long steps, double floor = 0) : Schedule
{
    private readonly long steps = Length(steps, nameof(steps));

    /// <inheritdoc/>
    public override double Rate(double baseRate, SchedulePoint point)
        => floor + ((baseRate - floor) * (1 + CosPi(point.Step / (double)steps)) / 2);
}

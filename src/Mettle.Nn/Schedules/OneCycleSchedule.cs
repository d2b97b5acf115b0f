namespace Mettle.Nn;

/// <summary>
/// One rise to the base rate and one fall far below it (Smith and Topin, "Super-convergence", 2018; PyTorch's OneCycleLR with
/// max_lr the base rate). After the last step the rate stays.
/// </summary>
/// <param name="steps">Steps of the whole cycle.</param>
/// <param name="riseShare">Share of the steps that rise.</param>
/// <param name="startDivisor">Base rate over the first rate.</param>
/// <param name="endDivisor">First rate over the last rate.</param>
/// <param name="linear">Straight lines instead of half cosine waves.</param>
/// <param name="threePhase">Fall as long as the rise, back to the first rate, then to the last.</param>
public sealed class OneCycleSchedule(long steps, double riseShare = 0.3, double startDivisor = 25, double endDivisor = 1e4, bool linear = false, bool threePhase = false)
    : Schedule
{
    private readonly long steps = Length(steps, nameof(steps));

    /// <inheritdoc/>
    public override double Rate(double baseRate, SchedulePoint point)
    {
        double first = baseRate / startDivisor, last = first / endDivisor, end = steps - 1;
        double t = Math.Min(end, point.Step), rise = (riseShare * steps) - 1;
        if (t <= rise)
        {
            // A rise of no steps is at its top.
            return Between(first, baseRate, rise == 0 ? 1 : t / rise);
        }

        double fall = threePhase ? (2 * riseShare * steps) - 2 : end;
        return t <= fall || !threePhase
            ? Between(baseRate, threePhase ? first : last, (t - rise) / (fall - rise))
            : Between(first, last, (t - fall) / (end - fall));
    }

    private double Between(double a, double b, double share)
        => linear ? a + ((b - a) * share) : b + ((a - b) / 2 * (1 + CosPi(share)));
}

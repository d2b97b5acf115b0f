namespace Mettle.Nn;

/// <summary>The base rate throughout.</summary>
public sealed class ConstantSchedule : Schedule
{
    /// <inheritdoc/>
    public override double Rate(double baseRate, SchedulePoint point) => baseRate;
}

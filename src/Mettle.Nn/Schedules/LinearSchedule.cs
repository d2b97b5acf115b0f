namespace Mettle.Nn;

/// <summary>The factor on the base rate goes from one value to another in a straight line and then stays (PyTorch's LinearLR).</summary>
/// <param name="steps">Steps from start to end.</param>
/// <param name="start">Factor at step 0.</param>
/// <param name="end">Factor from step <paramref name="steps"/> on.</param>
public sealed class LinearSchedule(long steps, double start = 1, double end = 0) : Schedule
{
    private readonly long steps = Length(steps, nameof(steps));

    /// <inheritdoc/>
    public override double Rate(double baseRate, SchedulePoint point)
        => baseRate * (start + ((end - start) * Math.Min(steps, point.Step) / steps));
}

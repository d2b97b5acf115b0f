namespace Mettle.Nn;

/// <summary>base * (1 - t / steps)^power, then 0 (PyTorch's PolynomialLR).</summary>
/// <param name="steps">Steps until 0.</param>
/// <param name="power">Exponent; 1 is a straight line.</param>
public sealed class PolynomialSchedule(long steps, double power = 1) : Schedule
{
    private readonly long steps = Length(steps, nameof(steps));

    /// <inheritdoc/>
    public override double Rate(double baseRate, SchedulePoint point)
        => baseRate * Math.Pow(1 - (Math.Min(steps, point.Step) / (double)steps), power);
}

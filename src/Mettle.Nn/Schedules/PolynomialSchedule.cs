namespace Mettle.Nn;

/// <summary>base * (1 - t / steps)^power, then 0 (PyTorch's PolynomialLR).</summary>
/// <param name="steps">Steps until 0.</param>
/// <param name="power">Exponent; 1 is a straight line.</param>
public sealed class PolynomialSchedule(long steps, double power = 1) : Schedule
{
    private readonly long steps = Length(steps, nameof(steps));

    /// <inheritdoc/>
    public override double Rate(double baseRate, SchedulePoint point)
    {
        using var scope = MemoryScope.Begin("schedule");
        double left = 1 - (Math.Min(steps, point.Step) / (double)steps);

        // The engine's power, whose bits depend on its arguments alone; Math.Pow belongs to the platform.
        return baseRate * (left == 0 ? 0 : Tensor.Scalar(left, DType.F64).Pow(Tensor.Scalar(power, DType.F64)).Item());
    }
}

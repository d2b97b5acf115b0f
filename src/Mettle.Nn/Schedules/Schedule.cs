namespace Mettle.Nn;

/// <summary>
/// The learning rate as a pure function of the base rate and the point in training: nothing to save, nothing to restore.
/// Lengths are in optimiser steps.
/// </summary>
public abstract class Schedule
{
    /// <summary>Learning rate at <paramref name="point"/>; <paramref name="baseRate"/> is the optimiser's own.</summary>
    public abstract double Rate(double baseRate, SchedulePoint point);

    /// <summary>Learning rate at a step, for schedules that do not look at losses.</summary>
    public double Rate(double baseRate, long step) => Rate(baseRate, new SchedulePoint(step, []));

    private protected static long Length(long steps, string name)
        => steps >= 1 ? steps : throw new ArgumentOutOfRangeException(name, steps, $"{name} must be at least 1 step.");

    /// <summary>
    /// cos(pi x) for x of any size by its Taylor series on [0, pi/2], error below 1e-15. Math.Cos belongs to the platform,
    /// and a rate's last bit decides the weights' bits.
    /// </summary>
    private protected static double CosPi(double x)
    {
        x = Math.Abs(x) % 2;
        x = x > 1 ? 2 - x : x;
        double sign = x > 0.5 ? -1 : 1;
        x = x > 0.5 ? 1 - x : x;
        double square = Math.PI * x * (Math.PI * x), term = 1, sum = 1;
        for (int n = 1; n <= 12; n++)
        {
            term *= -square / ((2 * n) * ((2 * n) - 1));
            sum += term;
        }

        return sign * sum;
    }
}

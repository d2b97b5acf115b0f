namespace Mettle.Nn;

/// <summary>
/// Cosines from the base rate to a floor one after another (SGDR; Loshchilov and Hutter, ICLR 2017, eq. 5), which together fill
/// <paramref name="steps"/>. Cycle k is <paramref name="growth"/> times as long as the one before; where steps do not divide,
/// cycles begin at the step below. With one length dividing all it is PyTorch's CosineAnnealingWarmRestarts. After the last
/// cycle the rate stays at the floor.
/// </summary>
/// <param name="steps">Steps of all cycles together.</param>
/// <param name="cycles">Number of cycles, at least 1; fewer where there is no room for all.</param>
/// <param name="growth">Length of a cycle over that of the one before, at least 1.</param>
/// <param name="floor">Lowest rate.</param>
/// <param name="unit">Cycles begin at multiples of so many steps: an epoch's, for snapshots between epochs.</param>
public sealed class WarmRestartsSchedule(long steps, int cycles, int growth = 1, double floor = 0, int unit = 1) : Schedule
{
    private readonly long[] starts = [.. Starts(Math.Max(1, Length(steps, nameof(steps)) / unit), cycles, growth)[..^1].Select(s => s * unit), steps];

    /// <inheritdoc/>
    public override double Rate(double baseRate, SchedulePoint point)
    {
        if (point.Step >= starts[^1])
        {
            return floor;
        }

        int cycle = Array.FindLastIndex(starts, s => s <= point.Step);
        double length = starts[cycle + 1] - starts[cycle];
        return floor + ((baseRate - floor) * (1 + CosPi((point.Step - starts[cycle]) / length)) / 2);
    }

    /// <summary>
    /// First step of each of the cycles that fill <paramref name="steps"/> and, last, their number. Of more cycles than there
    /// is room for, as many as have a step each.
    /// </summary>
    public static long[] Starts(long steps, int cycles, int growth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(growth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(cycles, 1);
        double all = Weight(cycles), most = steps;
        long[] first = [.. Enumerable.Range(0, cycles).Select(k => (long)(most * Weight(k) / all)), steps];
        return first.Zip(first.Skip(1)).All(p => p.First < p.Second) ? first : Starts(steps, cycles - 1, growth);

        // 1 + growth + growth² + ... of k cycles.
        double Weight(int k)
        {
            double sum = 0, length = 1;
            for (int i = 0; i < k; i++, length *= growth)
            {
                sum += length;
            }

            return sum;
        }
    }
}

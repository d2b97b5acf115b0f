namespace Mettle.Bench;

/// <summary>Times of many calls, by logarithm in steps of a thousandth, so that keeping them takes no memory while calls run.</summary>
internal sealed class Latencies
{
    private const double PerE = 1000;

    // Up to e^30 ticks.
    private readonly int[] counts = new int[30 * (int)PerE];

    public void Add(long ticks) => counts[Math.Min(counts.Length - 1, (int)(PerE * Math.Log(Math.Max(1, ticks))))]++;

    /// <summary>The time that a share <paramref name="q"/> of the calls does not exceed, in ticks.</summary>
    public double Quantile(double q)
    {
        long left = (long)Math.Ceiling(q * counts.Sum(c => (long)c));
        int i = 0;
        while (i < counts.Length - 1 && (left -= counts[i]) > 0)
        {
            i++;
        }

        return Math.Exp((i + 0.5) / PerE);
    }
}

using System.Globalization;

namespace Mettle.Onnx.Fuzz;

/// <summary>
/// The most memory that this process had in use since the last reset, looked at every few milliseconds: filling a gigabyte takes longer.
/// </summary>
internal sealed class PeakMemory : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private readonly Timer timer;
    private int peak;

    public PeakMemory() => timer = new(_ => Look(), null, Interval, Interval);

    public void Reset() => Interlocked.Exchange(ref peak, 0);

    /// <summary>In megabytes, rounded down.</summary>
    public int Read()
    {
        Look();
        return Volatile.Read(ref peak);
    }

    /// <summary>What a process has in use now; 0 if it has ended.</summary>
    public static int Of(int process)
    {
        if (!OperatingSystem.IsLinux())
        {
            return (int)(Environment.WorkingSet >> 20);
        }

        try
        {
            // proc(5): size and resident pages.
            string[] cells = File.ReadAllText($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/statm").Split(' ');
            return (int)(long.Parse(cells[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize >> 20);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or IndexOutOfRangeException)
        {
            return 0;
        }
    }

    public void Dispose() => timer.Dispose();

    private void Look()
    {
        int now = Of(Environment.ProcessId);
        for (int seen = peak; now > seen; seen = peak)
        {
            Interlocked.CompareExchange(ref peak, now, seen);
        }
    }
}

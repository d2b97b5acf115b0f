namespace Mettle.Cli;

/// <summary>How far a stage is and how long it will take. Counting is safe from several threads.</summary>
internal sealed class StageClock(string name, int total, TimeProvider clock)
{
    // Earlier, start-up costs would make a false promise.
    private static readonly TimeSpan SoonestEstimate = TimeSpan.FromSeconds(2);

    private readonly long _began = clock.GetTimestamp();
    private int _done;

    public string Name { get; } = name;

    public int Total { get; } = Math.Max(1, total);

    public int Done => Math.Min(Volatile.Read(ref _done), Total);

    public double Share => Done / (double)Total;

    public TimeSpan Elapsed => clock.GetElapsedTime(_began);

    /// <summary>How long it took; null while it goes on.</summary>
    public TimeSpan? Ended { get; private set; }

    /// <summary>What is being done now; "" if nothing was said.</summary>
    public string What { get; set; } = "";

    /// <summary>Time to the end at the pace so far; null while too little is known.</summary>
    public TimeSpan? Remaining
        => Done == 0 || Elapsed < SoonestEstimate ? null : Elapsed * ((1 - Share) / Share);

    public void End() => Ended ??= Elapsed;

    public void Advance(int steps) => Interlocked.Add(ref _done, steps);

    /// <summary>"45 s", "3 min 10 s", "2 h 05 min".</summary>
    public static string Text(TimeSpan time) => time switch
    {
        { TotalSeconds: < 60 } => $"{Math.Ceiling(time.TotalSeconds):0} s",
        { TotalMinutes: < 60 } => $"{time.Minutes} min {time.Seconds:00} s",
        _ => $"{(int)time.TotalHours} h {time.Minutes:00} min",
    };
}

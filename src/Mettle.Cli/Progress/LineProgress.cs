using Mettle.Challenges;

namespace Mettle.Cli;

/// <summary>Progress as lines for logs and pipes: one when a stage begins and ends, in between at most one every few seconds.</summary>
internal sealed class LineProgress(TextWriter writer, TimeProvider clock) : ProgressDisplay
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();

    public override IStage Stage(string name, int total)
    {
        Note($"{name} ...");
        return new LineStage(this, new StageClock(name, total, clock));
    }

    public override void Note(string message)
    {
        lock (_lock)
        {
            writer.WriteLine(message);
            writer.Flush();
        }
    }

    public override void Dispose()
    {
    }

    private sealed class LineStage(LineProgress owner, StageClock stage) : IStage
    {
        private TimeSpan _told;

        public void Advance(int steps = 1)
        {
            stage.Advance(steps);
            Tell();
        }

        public void At(string what) => stage.What = what;

        public void Dispose() => owner.Note($"{stage.Name}: {(stage.Done == stage.Total ? "done" : "ended")} in {StageClock.Text(stage.Elapsed)}");

        private void Tell()
        {
            var elapsed = stage.Elapsed;
            if (elapsed - _told < Pause || stage.Done == stage.Total) return;
            _told = elapsed;
            string what = stage.What.Length > 0 ? $", {stage.What}" : "";
            string left = stage.Remaining is { } r ? $", {StageClock.Text(r)} left" : "";
            owner.Note($"{stage.Name}: {stage.Share * 100:0} %{what}{left}");
        }
    }
}

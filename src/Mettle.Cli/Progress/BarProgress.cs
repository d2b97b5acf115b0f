using Mettle.Challenges;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mettle.Cli;

/// <summary>Progress as bars that are drawn anew a few times a second; a stage's bar stays as it ended.</summary>
internal sealed class BarProgress : ProgressDisplay
{
    private const int NameWidth = 28;
    private const int PercentWidth = 5;
    private const int LeftWidth = 14;
    private const int WidthForTime = 50;
    private const int WidthForBar = 76;
    private const int WidthForWhat = 100;

    private readonly IAnsiConsole _console;
    private readonly TimeProvider _clock;
    private readonly Dictionary<int, StageClock> _stages = [];
    private readonly Lock _lock = new();
    private Live? _live;

    public BarProgress(IAnsiConsole console, TimeProvider clock) => (_console, _clock) = (console, clock);

    public override IStage Stage(string name, int total)
    {
        lock (_lock)
        {
            _live ??= new Live(this);
            var stage = new StageClock(name, total, _clock);
            ProgressTask task = _live.Add(stage);
            return new BarStage(stage, task);
        }
    }

    public override void Note(string message)
    {
        lock (_lock)
        {
            _console.Write(new Text(message + "\n"));
        }
    }

    public override void Dispose()
    {
        lock (_lock)
        {
            _live?.Dispose();
            _live = null;
        }
    }

    private ProgressColumn[] Columns()
    {
        int width = _console.Profile.Width;
        int name = Math.Min(NameWidth, width - PercentWidth - 2 - (width >= WidthForTime ? LeftWidth + 1 : 0));
        var columns = new List<ProgressColumn> { new StageColumn(this, name, s => s.Name) };
        if (width >= WidthForBar) columns.Add(new ProgressBarColumn { Width = Math.Min(40, (width - name - PercentWidth - LeftWidth - 6) / (width >= WidthForWhat ? 2 : 1)) });
        columns.Add(new StageColumn(this, PercentWidth, s => $"{Math.Floor(s.Share * 100):0} %"));
        if (width >= WidthForTime) columns.Add(new StageColumn(this, LeftWidth, TimeText));
        if (width >= WidthForWhat) columns.Add(new StageColumn(this, Math.Max(10, width - name - PercentWidth - LeftWidth - 8 - Math.Min(40, (width - name - PercentWidth - LeftWidth - 6) / 2)), s => s.What));
        return [.. columns];
    }

    private static string TimeText(StageClock s)
        => s.Done == s.Total ? StageClock.Text(s.Ended ?? s.Elapsed) : s.Remaining is { } r ? $"{StageClock.Text(r)} left" : "";

    private StageClock? Of(ProgressTask task)
    {
        lock (_stages)
        {
            return _stages.GetValueOrDefault(task.Id);
        }
    }

    private sealed class BarStage(StageClock stage, ProgressTask task) : IStage
    {
        public void Advance(int steps = 1)
        {
            stage.Advance(steps);
            task.Value = stage.Done;
        }

        public void At(string what) => stage.What = what;

        public void Dispose()
        {
            stage.End();
            stage.What = "";
            task.StopTask();
        }
    }

    private sealed class StageColumn(BarProgress owner, int width, Func<StageClock, string> text) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
            => new Text(owner.Of(task) is { } stage ? Cut(text(stage)) : "");

        public override int? GetColumnWidth(RenderOptions options) => width;

        private string Cut(string value) => value.Length <= width ? value : width <= 1 ? "…" : value[..(width - 1)] + "…";
    }

    /// <summary>Spectre draws within a call; this keeps that call open on a thread of its own for as long as there are stages.</summary>
    private sealed class Live : IDisposable
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<ProgressContext> _context = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly BarProgress _owner;
        private readonly Task _drawing;

        public Live(BarProgress owner)
        {
            _owner = owner;
            Progress progress = owner._console.Progress().AutoClear(false).HideCompleted(false).Columns(owner.Columns());
            progress.RefreshRate = TimeSpan.FromMilliseconds(150);
            _drawing = Task.Run(() => progress.StartAsync(async context =>
            {
                _context.SetResult(context);
                await _end.Task;
            }));
        }

        public ProgressTask Add(StageClock stage)
        {
            ProgressTask task = _context.Task.GetAwaiter().GetResult().AddTask(stage.Name.EscapeMarkup(), autoStart: true, maxValue: stage.Total);
            lock (_owner._stages)
            {
                _owner._stages[task.Id] = stage;
            }

            return task;
        }

        public void Dispose()
        {
            _end.SetResult();
            _drawing.GetAwaiter().GetResult();
        }
    }
}

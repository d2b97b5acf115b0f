using System.Text;
using Mettle.Challenges;
using Spectre.Console;

namespace Mettle.Cli;

/// <summary>Progress as bars at the foot of a terminal, drawn anew a few times a second; a stage that ended stays as a line above them.</summary>
internal sealed class BarProgress : ProgressDisplay
{
    private const int NameWidth = 28;
    private const int TimeWidth = 14;
    private const int WidthForTime = 44;
    private const int WidthForBar = 70;
    private const int WidthForWhat = 90;
    private const string EraseLine = "\e[K";
    private const string EraseBelow = "\e[J";
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(150);

    private readonly IAnsiConsole _console;
    private readonly TimeProvider _clock;
    private readonly List<StageClock> _stages = [];
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private int _drawn;

    public BarProgress(IAnsiConsole console, TimeProvider clock)
    {
        (_console, _clock) = (console, clock);
        _timer = clock.CreateTimer(_ => Draw(), null, Refresh, Refresh);
    }

    public override IStage Stage(string name, int total)
    {
        var stage = new StageClock(name, total, _clock);
        lock (_lock)
        {
            _stages.Add(stage);
            Draw();
        }

        return new BarStage(this, stage);
    }

    public override void Note(string message) => Above(Wrapped(message));

    public override void Dispose()
    {
        _timer.Dispose();
        lock (_lock)
        {
            _stages.Clear();
            Draw();
        }
    }

    /// <summary>One line of at most so many columns: name, bar, share, time, what is being done, as far as there is room.</summary>
    internal string Line(StageClock stage, int width)
    {
        string share = $"{Math.Floor(stage.Share * 100):0} %".PadLeft(5);
        string time = width < WidthForTime ? "" : $" {Cut(TimeText(stage), TimeWidth),-TimeWidth}";
        string name = Cut(stage.Name, Math.Min(NameWidth, width - share.Length - time.Length - 1));
        if (width < WidthForBar) return $"{name.PadRight(Math.Min(NameWidth, width - share.Length - time.Length - 1))} {share}{time}".TrimEnd();

        int room = width - NameWidth - share.Length - time.Length - 2;
        int bar = Math.Min(30, room);
        string what = width >= WidthForWhat && stage.Ended is null ? " " + Cut(stage.What, Math.Max(1, room - bar - 1)) : "";
        return $"{name,-NameWidth} {Bar(stage.Share, bar)} {share}{time}{what}".TrimEnd();
    }

    private string Bar(double share, int width)
    {
        int full = (int)Math.Round(share * width);
        bool colour = _console.Profile.Capabilities.ColorSystem != ColorSystem.NoColors;
        return colour
            ? $"\e[32m{new string('━', full)}\e[90m{new string('━', width - full)}\e[0m"
            : new string('━', full) + new string('─', width - full);
    }

    private static string TimeText(StageClock s)
        => s.Ended is { } all ? StageClock.Text(all) : s.Remaining is { } left ? $"{StageClock.Text(left)} left" : "";

    private static string Cut(string text, int width) => text.Length <= width ? text : width <= 1 ? "…" : text[..(width - 1)] + "…";

    // One column less than there is: a character in the last one makes some terminals begin a new line.
    private int Width() => Math.Max(10, _console.Profile.Width - 1);

    private IEnumerable<string> Wrapped(string message)
    {
        int width = Width();
        while (message.Length > width)
        {
            int at = message.LastIndexOf(' ', width - 1);
            int end = at > width / 2 ? at : width;
            yield return message[..end];
            message = message[end..].TrimStart();
        }

        yield return message;
    }

    private void End(StageClock stage)
    {
        lock (_lock)
        {
            stage.End();
            if (_stages.Remove(stage)) Above([Line(stage, Width())]);
        }
    }

    private void Above(IEnumerable<string> lines)
    {
        lock (_lock)
        {
            var text = new StringBuilder(Up());
            foreach (string line in lines) text.Append(line).Append(EraseLine).Append('\n');
            _drawn = 0;
            _console.Profile.Out.Writer.Write(text);
            Draw();
        }
    }

    private void Draw()
    {
        lock (_lock)
        {
            // A last tick of the timer must not wipe what was written since.
            if (_drawn == 0 && _stages.Count == 0) return;
            var text = new StringBuilder(Up());
            int width = Width();
            foreach (StageClock stage in _stages) text.Append(Line(stage, width)).Append(EraseLine).Append('\n');
            _drawn = _stages.Count;
            _console.Profile.Out.Writer.Write(text.Append(EraseBelow));
            _console.Profile.Out.Writer.Flush();
        }
    }

    private string Up() => _drawn == 0 ? "\r" : $"\r\e[{_drawn}A";

    private sealed class BarStage(BarProgress owner, StageClock stage) : IStage
    {
        public void Advance(int steps = 1) => stage.Advance(steps);

        public void At(string what) => stage.What = what;

        public void Dispose() => owner.End(stage);
    }
}

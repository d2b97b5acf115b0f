using Mettle.Challenges;

namespace Mettle.Cli;

/// <summary>Progress as a user sees it; disposing takes bars off the screen and leaves the lines that stay.</summary>
internal abstract class ProgressDisplay : IRunProgress, IDisposable
{
    // Below this even a percentage beside a name wraps.
    private const int NarrowestTerminal = 20;

    /// <summary>Bars on a terminal, lines elsewhere, nothing if <paramref name="silent"/>.</summary>
    public static ProgressDisplay Begin(bool silent)
    {
        if (silent) return new NoProgress();
        if (Console.IsErrorRedirected) return new LineProgress(Console.Error, TimeProvider.System);
        var console = Terminal.Make(Console.Error, redirected: false);
        return console.Profile.Capabilities.Ansi && console.Profile.Width >= NarrowestTerminal
            ? new BarProgress(console, TimeProvider.System)
            : new LineProgress(Console.Error, TimeProvider.System);
    }

    /// <inheritdoc/>
    public abstract IStage Stage(string name, int total);

    /// <inheritdoc/>
    public abstract void Note(string message);

    /// <inheritdoc/>
    public abstract void Dispose();

    private sealed class NoProgress : ProgressDisplay
    {
        public override IStage Stage(string name, int total) => SilentProgress.Instance.Stage(name, total);

        public override void Note(string message)
        {
        }

        public override void Dispose()
        {
        }
    }
}

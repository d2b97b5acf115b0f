using System.Runtime.InteropServices;

namespace Mettle.Cli;

/// <summary>Turns the first Ctrl-C or SIGTERM into a cancellation, so that work can stop at a place it can go on from. The second ends the
/// process at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _signals;
    private readonly Action<string> _say;
    private readonly string _notice;

    /// <param name="say">Where the notice goes.</param>
    /// <param name="notice">What the user reads on the first Ctrl-C.</param>
    public Interruption(Action<string> say, string notice)
    {
        (_say, _notice) = (say, notice);
        _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, On), PosixSignalRegistration.Create(PosixSignal.SIGTERM, On)];
    }

    public CancellationToken Token => _source.Token;

    /// <summary>What to end with after a cancellation.</summary>
    public int ExitCode { get; private set; } = Cli.ExitCode.Interrupted;

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _source.Dispose();
    }

    private void On(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested) return;
        context.Cancel = true;
        if (context.Signal == PosixSignal.SIGTERM) ExitCode = Cli.ExitCode.Terminated;
        _say(_notice);
        _source.Cancel();
    }
}

namespace Mettle.Cli;

/// <summary>How the command line ends, for scripts.</summary>
internal static class ExitCode
{
    public const int Good = 0;

    /// <summary>Findings over the limit, a failed proof, other bits on reproducing, damaged data.</summary>
    public const int Failed = 1;

    /// <summary>What was given cannot be used; nothing was left half-written.</summary>
    public const int BadInput = 2;

    /// <summary>A fault of Mettle itself.</summary>
    public const int Internal = 3;

    /// <summary>Ended by Ctrl-C; what can be resumed was left so.</summary>
    public const int Interrupted = 130;

    /// <summary>Ended by SIGTERM, likewise.</summary>
    public const int Terminated = 143;
}

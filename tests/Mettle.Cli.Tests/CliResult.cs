namespace Mettle.Cli.Tests;

/// <summary>How a process ended and what it wrote. A process ended by signal n has exit code 128 + n.</summary>
public sealed record CliResult(int ExitCode, string Output, string Error)
{
    public const int Killed = 128 + 9;

    /// <summary>Everything, for the message of a failed assertion.</summary>
    public override string ToString() => $"exit code {ExitCode}\n--- output\n{Output}\n--- error\n{Error}";
}

using System.Diagnostics;

namespace Mettle.Runs.Tests;

/// <summary>Mettle.Runs.Writer as a process of its own.</summary>
internal sealed class OtherProcess : IDisposable
{
    private readonly Process _process;

    public OtherProcess(params string[] job)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Mettle.Runs.Writer.dll"));
        foreach (string argument in job) start.ArgumentList.Add(argument);
        _process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
    }

    /// <summary>Waits until it says that it is ready.</summary>
    public void WaitUntilReady()
    {
        string? line = _process.StandardOutput.ReadLine();
        if (line != "ready") throw new InvalidOperationException($"the other process said '{line}' and {_process.StandardError.ReadToEnd()}");
    }

    /// <summary>Lets it go on.</summary>
    public void Go() => _process.StandardInput.WriteLine();

    /// <summary>Waits for its end and gives the rest of what it said.</summary>
    public string[] Finish()
    {
        string rest = _process.StandardOutput.ReadToEnd();
        string errors = _process.StandardError.ReadToEnd();
        _process.WaitForExit();
        Assert.True(_process.ExitCode == 0, errors);
        return rest.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Kills it as <c>kill -9</c> does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }
}

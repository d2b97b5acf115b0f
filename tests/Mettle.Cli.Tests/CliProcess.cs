using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Mettle.Cli.Tests;

/// <summary>The command line as its users run it: a process of its own, which can be interrupted and killed.</summary>
public sealed partial class CliProcess : IAsyncDisposable
{
    private const int SigInt = 2;
    private const int SigKill = 9;
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly List<string> _lines = [];
    private readonly List<(Func<string, bool> Wanted, TaskCompletionSource<string> Found)> _waiting = [];
    private readonly Task _ended;

    private CliProcess(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Receive(_output, e.Data);
        _process.ErrorDataReceived += (_, e) => Receive(_error, e.Data);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _ended = EndAsync();
    }

    /// <summary>The folder that holds the solution.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>The process, e.g. to read its memory.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts the command line built beside this test assembly.</summary>
    /// <param name="workingDirectory">Where it runs.</param>
    /// <param name="arguments">Its arguments, one string each.</param>
    /// <param name="environment">Variables to add; a null value takes one away.</param>
    public static CliProcess Start(string workingDirectory, string[] arguments, IReadOnlyDictionary<string, string?>? environment = null) =>
        StartProgram(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            workingDirectory,
            [Path.Combine(AppContext.BaseDirectory, "mettle.dll"), .. arguments],
            environment);

    /// <summary>Starts any other program under the same control.</summary>
    public static CliProcess StartProgram(string program, string workingDirectory, string[] arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = workingDirectory };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        return new CliProcess(start);
    }

    /// <summary>Runs the command line to its end; kills it and throws where it takes longer than the timeout.</summary>
    /// <exception cref="TimeoutException">It did not end in time; the message holds what it wrote.</exception>
    public static async Task<CliResult> RunAsync(string workingDirectory, string[] arguments, IReadOnlyDictionary<string, string?>? environment = null, TimeSpan? timeout = null)
    {
        await using var process = Start(workingDirectory, arguments, environment);
        return await process.WaitForExitAsync(timeout);
    }

    /// <summary>The first line, on either stream, already written or still to come, that holds the text.</summary>
    /// <exception cref="InvalidOperationException">The process ended without it; the message holds what it wrote.</exception>
    /// <exception cref="TimeoutException">It did not come in time; the message holds what was written.</exception>
    public Task<string> WaitForLineAsync(string part, TimeSpan? timeout = null) =>
        WaitForLineAsync(line => line.Contains(part, StringComparison.Ordinal), $"a line with '{part}'", timeout);

    /// <inheritdoc cref="WaitForLineAsync(string, TimeSpan?)"/>
    public async Task<string> WaitForLineAsync(Func<string, bool> wanted, string description, TimeSpan? timeout = null)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_lines.Find(line => wanted(line)) is { } line)
            {
                return line;
            }

            _waiting.Add((wanted, found));
        }

        try
        {
            await Task.WhenAny(found.Task, _ended).WaitAsync(timeout ?? DefaultTimeout);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"no {description} came in time; so far it wrote:\n{Written()}");
        }

        return found.Task.IsCompletedSuccessfully
            ? await found.Task
            : throw new InvalidOperationException($"the process ended without {description}; exit code {_process.ExitCode}\n{Written()}");
    }

    /// <summary>Sends SIGINT, as Ctrl-C does.</summary>
    public void Interrupt() => Signal(SigInt);

    /// <summary>Sends SIGKILL: the process gets no chance to tidy up.</summary>
    public void Kill() => Signal(SigKill);

    /// <summary>Waits for the end; kills the process and throws where it takes longer than the timeout.</summary>
    /// <exception cref="TimeoutException">It did not end in time; the message holds what it wrote.</exception>
    public async Task<CliResult> WaitForExitAsync(TimeSpan? timeout = null)
    {
        var limit = timeout ?? DefaultTimeout;
        try
        {
            await _ended.WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"still running after {limit.TotalSeconds} s, so killed; it wrote:\n{Written()}");
        }

        lock (_lock)
        {
            return new CliResult(_process.ExitCode, _output.ToString(), _error.ToString());
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Mettle.slnx")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException($"no Mettle.slnx above {AppContext.BaseDirectory}");
        }

        return folder.FullName;
    }

    // Process.WaitForExitAsync also waits for the last line of both streams.
    private async Task EndAsync() => await _process.WaitForExitAsync();

    private void Receive(StringBuilder text, string? line)
    {
        if (line is null)
        {
            return;
        }

        List<TaskCompletionSource<string>> found;
        lock (_lock)
        {
            text.Append(line).Append('\n');
            _lines.Add(line);
            found = [.. _waiting.Where(w => w.Wanted(line)).Select(w => w.Found)];
            _waiting.RemoveAll(w => w.Wanted(line));
        }

        found.ForEach(f => f.SetResult(line));
    }

    private string Written()
    {
        lock (_lock)
        {
            return string.Join('\n', _lines);
        }
    }

    private void Signal(int signal)
    {
        // Once the process has been waited for, its number may belong to another.
        if (_process.HasExited)
        {
            throw new InvalidOperationException($"the process had already ended with exit code {_process.ExitCode}; it wrote:\n{Written()}");
        }

        if (SendSignal(_process.Id, signal) != 0)
        {
            throw new System.ComponentModel.Win32Exception(Marshal.GetLastPInvokeError());
        }
    }
}

namespace Mettle.Cli.Tests;

public sealed class CliProcessTests
{
    private static readonly string Here = AppContext.BaseDirectory;

    [Fact]
    public async Task RunAsync_Help_ExitsWithZero()
    {
        var result = await CliProcess.RunAsync(Here, ["--help"]);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("mettle", result.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task WaitForExitAsync_BothStreamsAndCode_AreKeptApart()
    {
        await using var process = Shell("echo out; echo \"$GREETING\" >&2; pwd; exit 7", new() { ["GREETING"] = "hello" });

        var result = await process.WaitForExitAsync();

        Assert.Equal(7, result.ExitCode);
        Assert.Equal($"out\n{Path.TrimEndingDirectorySeparator(Here)}\n", result.Output);
        Assert.Equal("hello\n", result.Error);
    }

    [Fact]
    public async Task WaitForExitAsync_TooLong_KillsAndSaysWhatWasWritten()
    {
        await using var process = Shell("echo started; exec sleep 60");
        await process.WaitForLineAsync("started");

        var thrown = await Assert.ThrowsAsync<TimeoutException>(() => process.WaitForExitAsync(TimeSpan.FromMilliseconds(50)));

        Assert.Contains("started", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(CliResult.Killed, (await process.WaitForExitAsync()).ExitCode);
    }

    [Fact]
    public async Task Kill_UponALine_EndsWithSignal9()
    {
        await using var process = Shell("trap 'echo tidied' INT TERM; echo ready >&2; while :; do sleep 0.05; done");
        Assert.Equal("ready", await process.WaitForLineAsync("ready"));

        process.Kill();

        var result = await process.WaitForExitAsync();
        Assert.Equal(CliResult.Killed, result.ExitCode);
        Assert.DoesNotContain("tidied", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interrupt_UponALine_LetsTheProcessTidyUp()
    {
        await using var process = Shell("trap 'echo tidied; exit 130' INT; echo ready; while :; do sleep 0.05; done");
        await process.WaitForLineAsync("ready");

        process.Interrupt();

        var result = await process.WaitForExitAsync();
        Assert.Equal((130, "ready\ntidied\n"), (result.ExitCode, result.Output));
    }

    [Fact]
    public async Task WaitForLineAsync_ProcessEndsWithoutIt_Throws()
    {
        await using var process = Shell("echo something else");

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => process.WaitForLineAsync("never"));

        Assert.Contains("something else", thrown.Message, StringComparison.Ordinal);
    }

    private static CliProcess Shell(string script, Dictionary<string, string?>? environment = null) =>
        CliProcess.StartProgram("/bin/sh", Here, ["-c", script], environment);
}

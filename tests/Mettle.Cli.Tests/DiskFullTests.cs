using Mettle.Runs;

namespace Mettle.Cli.Tests;

/// <summary>A disk that fills up at one moment or another: a small file system in memory.</summary>
public sealed class DiskFullTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(4)]
    [InlineData(40)]
    [InlineData(120)]
    [InlineData(160)]
    [InlineData(240)]
    public async Task Run_DiskFull_SaysSoAndLeavesNothingHalfWritten(int kilobytes)
    {
        _folder.WriteRecipe(Recipes.Job(epochs: 2));
        string[] arguments = ["run", "recipe.yaml", "--set", "treat.enabled=false", "--runs", "small/runs"];
        string expected = Hash(await _folder.RunAsync(0, [.. arguments[..^1], "large", "--json"]));
        await Mount(kilobytes);
        try
        {
            var result = await _folder.RunAsync(2, arguments);

            string message = Assert.Single(result.ErrorLines(), l => l.StartsWith("mettle: ", StringComparison.Ordinal));
            Assert.Contains(_folder["small/runs"], message, StringComparison.Ordinal);
            Assert.Matches("disk is full|No space left", message);
            Assert.DoesNotContain(Directory.EnumerateFiles(_folder["small"], "*", SearchOption.AllDirectories), f => f.EndsWith(AtomicFile.TemporaryEnding, StringComparison.Ordinal));
            if (RunFolder.List(_folder["small/runs"]) is [var left])
            {
                Assert.NotNull(left.Manifest);
                Assert.True(File.Exists(Path.Combine(left.Path, "first.checkpoint")));
                await Mount(8000, "remount,");
                Assert.Equal(expected, Hash(await _folder.RunAsync(0, "run", "--resume", "latest", "--runs", "small/runs", "--json")));
            }
        }
        finally
        {
            await using var umount = CliProcess.StartProgram("umount", _folder.Path, ["small"]);
            await umount.WaitForExitAsync();
        }
    }

    private static string Hash(CliResult result) => result.Json().GetProperty("weightsSha256").GetString()!;

    private async Task Mount(int kilobytes, string how = "")
    {
        Directory.CreateDirectory(_folder["small"]);
        CliResult mounted;
        await using (var mount = CliProcess.StartProgram("mount", _folder.Path, ["-t", "tmpfs", "-o", $"{how}size={kilobytes}k", "none", "small"])) mounted = await mount.WaitForExitAsync();
        Assert.SkipUnless(mounted.ExitCode == 0, $"needs the right to mount a small file system: {mounted.Error.Trim()}");
    }
}

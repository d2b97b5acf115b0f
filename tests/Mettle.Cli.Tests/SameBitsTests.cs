using System.Text.Json;
using Mettle.Runs;

namespace Mettle.Cli.Tests;

/// <summary>One recipe, one SHA-256 of the weights, whatever happens on the way.</summary>
public sealed class SameBitsTests : IDisposable
{
    private const int Epochs = 60;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Train_ThreadsInstructionSetsAndKills_GiveOneHash()
    {
        _folder.WriteRecipe(Recipes.Training(Epochs));
        string straight = await Train("straight");

        Assert.Equal(straight, await Train("one", ("METTLE_THREADS", "1")));
        Assert.Equal(straight, await Train("two", ("METTLE_THREADS", "2")));
        Assert.Equal(straight, await Train("avx2", ("DOTNET_EnableAVX512", "0")));
        Assert.Equal(straight, await KilledThreeTimes());
        Assert.Equal(straight, await Interrupted());
    }

    [Fact]
    public async Task Run_KilledWhileTreating_ResumesWithoutRepeatingAndEndsTheSame()
    {
        _folder.WriteRecipe(Recipes.Job(epochs: 30));
        string[] job = ["run", "recipe.yaml", "--json", "--runs"];
        JsonElement straight = (await _folder.RunAsync(0, [.. job, "straight"])).Json();

        string killed = await KillWhen([.. job, "killed"], "killed", events => events.Count(e => e.Kind == "retraining") >= 3);
        JsonElement resumed = (await _folder.RunAsync(0, "run", "--resume", "latest", "--runs", "killed", "--json")).Json();

        Assert.Equal(straight.GetProperty("weightsSha256").GetString(), resumed.GetProperty("weightsSha256").GetString());
        Assert.Equal(Numbers(straight), Numbers(resumed));
        var keys = RunFolder.OpenRead(killed).Events().Where(e => e.Kind == "retraining").Select(e => e.Data.GetProperty("key").GetString()).ToList();
        Assert.Equal(keys.Distinct(StringComparer.Ordinal), keys);
    }

    private static string[] Numbers(JsonElement run)
        => [.. run.GetProperty("trials").EnumerateArray().SelectMany(t => new[] { "difference", "pValue", "verdict", "recipeDiff" }.Select(f => t.GetProperty(f).GetRawText()))];

    private async Task<string> Train(string runs, params (string Name, string Value)[] environment)
        => Hash(await _folder.RunAsync(0, environment.ToDictionary(e => e.Name, string? (e) => e.Value, StringComparer.Ordinal), "train", "recipe.yaml", "--json", "--runs", runs));

    private async Task<string> KilledThreeTimes()
    {
        // Seeded moments, one in each third of the training: the epoch to wait for; the step within it is chance.
        var key = RandomKey.FromSeed(2026).For("kill");
        string[] arguments = ["train", "recipe.yaml", "--runs", "killed"];
        for (int k = 0; k < 3; k++)
        {
            int epoch = (k * Epochs / 3) + 1 + (int)key.Below(Epochs / 4, (ulong)k);
            await KillWhen(arguments, "killed", events => events.Any(e => e.Kind == "epoch" && e.Data.GetProperty("info").GetProperty("epoch").GetInt32() >= epoch));
            arguments = ["train", "--resume", "latest", "--runs", "killed"];
        }

        return Hash(await _folder.RunAsync(0, [.. arguments, "--json"]));
    }

    private async Task<string> Interrupted()
    {
        await using var process = CliProcess.Start(_folder.Path, ["train", "recipe.yaml", "--runs", "stopped"]);
        await Wait(process, "stopped", events => events.Any(e => e.Kind == "epoch"));
        process.Interrupt();
        var stopped = await process.WaitForExitAsync();
        Assert.True(stopped.ExitCode == 130, stopped.ToString());
        string hint = Assert.Single(stopped.ErrorLines(), l => l.Contains("--resume", StringComparison.Ordinal));
        string[] resume = hint[(hint.IndexOf("mettle ", StringComparison.Ordinal) + 7)..].Split(' ');
        Assert.Equal("interrupted", Assert.Single((await _folder.RunAsync(0, "runs", "--runs", "stopped", "--json")).Json().EnumerateArray()).GetProperty("status").GetString());

        return Hash(await _folder.RunAsync(0, [.. resume, "--json"]));
    }

    private async Task<string> KillWhen(string[] arguments, string runs, Func<IReadOnlyList<RunEvent>, bool> reached)
    {
        await using var process = CliProcess.Start(_folder.Path, arguments);
        string folder = await Wait(process, runs, reached);
        process.Kill();
        Assert.Equal(CliResult.Killed, (await process.WaitForExitAsync()).ExitCode);
        using var left = RunFolder.OpenRead(folder);
        Assert.Equal(RunStatus.Interrupted, left.Manifest.Status);
        return folder;
    }

    private async Task<string> Wait(CliProcess process, string runs, Func<IReadOnlyList<RunEvent>, bool> reached)
    {
        while (true)
        {
            if (RunFolder.List(_folder[runs]) is [{ Manifest: not null } run] && reached(RunFolder.OpenRead(run.Path).Events())) return run.Path;
            if (process.HasExited) throw new InvalidOperationException($"it ended too soon: {await process.WaitForExitAsync()}");
            await Task.Delay(5);
        }
    }

    private static string Hash(CliResult result) => result.Json().GetProperty("weightsSha256").GetString()!;
}

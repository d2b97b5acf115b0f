using System.Text.Json;
using Mettle.Runs;

namespace Mettle.Cli.Tests;

/// <summary>Whole jobs, from a recipe to what a later command reads.</summary>
public sealed class RunTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_WholeJob_LeavesAFolderThatTheOtherCommandsRead()
    {
        _folder.WriteRecipe(Recipes.Job());

        var run = (await _folder.RunAsync(0, "run", "recipe.yaml", "--json")).Json();

        string folder = run.GetProperty("folder").GetString()!;
        string hash = run.GetProperty("weightsSha256").GetString()!;
        foreach (string file in (string[])["report.html", "report.json", "model.safetensors", "model.onnx", "recipe.yaml", "manifest.json"])
            Assert.True(File.Exists(Path.Combine(folder, file)), file);
        Assert.Equal("label-smoothing", Assert.Single(run.GetProperty("trials").EnumerateArray()).GetProperty("treatment").GetString());
        Assert.Contains(run.GetProperty("testMetrics").EnumerateArray(), m => m.GetProperty("metric").GetString() == "test accuracy" && m.GetProperty("value").GetDouble() > 0.8);
        await Stored(folder, hash);
        await Examined(run);
        await Reproduced(hash);
        await Compared();
    }

    [Fact]
    public async Task Run_ForAReader_EndsWithVerdictMetricsAndPaths()
    {
        _folder.WriteRecipe(Recipes.Job(epochs: 3));

        var result = await _folder.RunAsync(0, "run", "recipe.yaml", "--set", "treat.enabled=false", "--runs", "mine", "--store", "other.db");

        Assert.Matches("small-job: .*problem", result.Output);
        Assert.Matches(@"test accuracy +\d\d", result.Output);
        Assert.Contains(Path.Combine(_folder["mine"], "small-job-"), result.Output, StringComparison.Ordinal);
        Assert.Contains("training: done", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Output + result.Error);
        Assert.True(File.Exists(_folder["other.db"]));
        Assert.False(Directory.Exists(_folder["runs"]));
    }

    [Fact]
    public async Task Run_ProblemUnderFailOnFindings_EndsWithOne()
    {
        // One row in ten has a wrong label, and many epochs learn them by heart.
        _folder.WriteRecipe(Recipes.Job(epochs: 60));
        string[] arguments = ["run", "recipe.yaml", "--set", "treat.enabled=false", "--set", "data.label-noise=0.3", "--set", "data.limit=0", "--json"];

        var findings = (await _folder.RunAsync(1, [.. arguments, "--fail-on", "findings"])).Json().GetProperty("findings");

        Assert.Contains(findings.EnumerateArray(), f => f.GetProperty("severity").GetString() == "problem");
        await _folder.RunAsync(0, arguments);
    }

    [Fact]
    public async Task Run_TrainingThatDiverges_IsSaidInTheReport()
    {
        _folder.WriteRecipe(Recipes.Job(epochs: 20));

        var run = (await _folder.RunAsync(1, "run", "recipe.yaml", "--set", "treat.enabled=false", "--set", "train.optimizer.sgd.rate=1e30", "--set", "train.recovery.retries=0", "--json")).Json();

        Assert.Contains("Training diverged in epoch", Assert.Single(run.GetProperty("warnings").EnumerateArray()).GetString(), StringComparison.Ordinal);
        await _folder.RunAsync(1, "train", "recipe.yaml", "--set", "train.optimizer.sgd.rate=1e30", "--set", "train.recovery.retries=0");
    }

    [Fact]
    public async Task Run_WithoutReport_WritesNone()
    {
        _folder.WriteRecipe(Recipes.Job(epochs: 1));

        var run = (await _folder.RunAsync(0, "run", "recipe.yaml", "--set", "treat.enabled=false", "--set", "package.report=false", "--json")).Json();

        Assert.Equal(JsonValueKind.Null, run.GetProperty("report").ValueKind);
        Assert.True(File.Exists(run.GetProperty("json").GetString()));
    }

    [Fact]
    public async Task Train_Resume_OfAFinishedRun_ShowsItAgain()
    {
        _folder.WriteRecipe(Recipes.Training(epochs: 2));
        var first = (await _folder.RunAsync(0, "train", "recipe.yaml", "--json")).Json();

        var again = (await _folder.RunAsync(0, "train", "recipe.yaml", "--resume", "latest", "--json")).Json();

        Assert.Equal(first.GetRawText(), again.GetRawText());
    }

    [Fact]
    public async Task Train_Resume_WithAnotherRecipe_IsRefused()
    {
        _folder.WriteRecipe(Recipes.Training(epochs: 2));
        await _folder.RunAsync(0, "train", "recipe.yaml");

        Assert.Contains("+ epochs: 3", (await _folder.RunAsync(2, "train", "recipe.yaml", "--set", "train.epochs=3", "--resume", "latest")).Error, StringComparison.Ordinal);
        Assert.Contains("mettle train --resume", (await _folder.RunAsync(2, "run", "--resume", "latest")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Challenges_List_HasChecksTreatmentsAndSources()
    {
        var rows = (await _folder.RunAsync(0, "challenges", "--json")).Json();

        Assert.Contains(rows.EnumerateArray(), r => r.GetProperty("id").GetString() == "overfitting");
        Assert.All(rows.EnumerateArray().SelectMany(r => r.GetProperty("treatments").EnumerateArray()), t => Assert.NotEmpty(t.GetProperty("source").GetString()!));
        Assert.Contains("overfitting", (await _folder.RunAsync(0, "challenges")).Output, StringComparison.Ordinal);
        Assert.Contains("| `ema` | overfitting | a rate that falls to zero |", (await _folder.RunAsync(0, "challenges", "--conflicts")).Output, StringComparison.Ordinal);
        Assert.Contains((await _folder.RunAsync(0, "challenges", "--conflicts", "--json")).Json().EnumerateArray(), r => r.GetProperty("treatment").GetString() == "mixup");
    }

    [Fact]
    public async Task Prove_Short_WritesJsonDocsAndStore()
    {
        Directory.CreateDirectory(_folder["docs/proofs"]);

        var proof = (await _folder.RunAsync(0, "prove", "reproducibility", "--short", "--seeds", "1", "--docs", "--store", "proofs.db", "--json")).Json();

        foreach (string field in (string[])["id", "metric", "baseline", "treated", "effect", "ci", "target", "passed", "seeds", "seconds"])
            Assert.True(proof.TryGetProperty(field, out _), field);
        Assert.True(proof.GetProperty("passed").GetBoolean());
        Assert.StartsWith("# reproducibility: passed", await File.ReadAllTextAsync(_folder["docs/proofs/reproducibility.md"]), StringComparison.Ordinal);
        var listed = (await _folder.RunAsync(0, "challenges", "--json")).Json().EnumerateArray().Single(r => r.GetProperty("id").GetString() == "reproducibility");
        Assert.True(listed.GetProperty("proof").GetProperty("last").GetProperty("passed").GetBoolean());
        using RunStore store = RunStore.Open(_folder["proofs.db"]);
        Assert.True(Assert.Single(store.QueryProofs("reproducibility")).Passed);
    }

    [Fact]
    public async Task Prove_UnknownChallenge_NamesTheNearest()
        => Assert.Contains("did you mean 'overfitting'?", (await _folder.RunAsync(2, "prove", "overfiting")).Error, StringComparison.Ordinal);

    private async Task Stored(string folder, string hash)
    {
        using RunStore store = RunStore.Open(_folder["runs/store.db"]);
        StoredRun row = Assert.Single(store.QueryRuns());
        Assert.Equal((folder, RunStatus.Finished), (row.Folder, row.Status));
        Assert.Equal(10, store.QueryMetrics(row.Id, "train", "loss").Count);
        Assert.NotEmpty(store.QueryFindings(row.Id));
        Assert.Equal("label-smoothing", Assert.Single(store.QueryTrials(row.Id)).Treatment);
        var listed = Assert.Single((await _folder.RunAsync(0, "runs", "--json")).Json().EnumerateArray());
        Assert.Equal(("finished", hash), (listed.GetProperty("status").GetString(), listed.GetProperty("weightsSha256").GetString()));
    }

    private async Task Examined(JsonElement run)
    {
        var examined = (await _folder.RunAsync(0, "examine", "latest", "--json")).Json();
        bool treated = run.GetProperty("testMetricsBefore").GetArrayLength() > 0;
        Assert.Equal(run.GetProperty("weightsSha256").GetString(), examined.GetProperty("weightsSha256").GetString());
        if (!treated) Assert.Equal(run.GetProperty("findings").GetRawText(), examined.GetProperty("findings").GetRawText());
    }

    private async Task Reproduced(string hash)
    {
        var again = (await _folder.RunAsync(0, "reproduce", "latest", "--threads", "1", "--json")).Json();
        Assert.True(again.GetProperty("same").GetBoolean());
        Assert.Equal(hash, again.GetProperty("actual").GetString());
    }

    private async Task Compared()
    {
        var ids = (await _folder.RunAsync(0, "runs", "--json")).Json().EnumerateArray().Select(r => r.GetProperty("id").GetString()!).ToArray();
        var compared = (await _folder.RunAsync(0, "compare", ids[0], ids[1], "--html", "both.html", "--json")).Json();
        Assert.True(compared.GetProperty("sameRecipe").GetBoolean());
        Assert.All(compared.GetProperty("metrics").EnumerateArray(), m => Assert.Equal(0, m.GetProperty("difference").GetDouble()));
        Assert.Contains("<html", await File.ReadAllTextAsync(_folder["both.html"]), StringComparison.Ordinal);
    }
}

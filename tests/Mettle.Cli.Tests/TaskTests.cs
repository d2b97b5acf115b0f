using System.Text.Json;

namespace Mettle.Cli.Tests;

/// <summary>Runs on rows that come as tasks, one after another, as a user does them.</summary>
public sealed class TaskTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_RateHundredTimesTooHigh_RecoversAndExamineShowsTheSameForgetting()
    {
        var run = (await Run("digits", "{sgd: {rate: 5, momentum: 0.9}}", "replay")).Json();
        var happened = run.GetProperty("happened").EnumerateArray().First();
        Assert.Equal("learning rate too high", happened.GetProperty("name").GetString());
        Assert.Equal("recipe.yaml:9", happened.GetProperty("place").GetProperty("line").GetString());
        Assert.Contains("range test", happened.GetProperty("remedy").GetString(), StringComparison.Ordinal);
        var tuned = (await Run("digits", "{sgd: {rate: 0.05, momentum: 0.9}}", "replay")).Json();
        Assert.True(Accuracy(run) > Accuracy(tuned) - 0.05 && Accuracy(run) > 0.8, $"{Accuracy(run)}, tuned {Accuracy(tuned)}");

        var examined = (await _folder.RunAsync(0, "examine", run.GetProperty("run").GetString()!, "--json")).Json();
        var (before, after) = (Forgetting(run), Forgetting(examined));
        Assert.Equal(before.GetProperty("measured").GetRawText(), after.GetProperty("measured").GetRawText());
        Assert.Equal(before.GetProperty("explanation").GetString(), after.GetProperty("explanation").GetString());
        Assert.Contains("by task, when learned and at the end: 1: ", after.GetProperty("explanation").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NanInALaterTask_GoesOnWithoutTheRowAndSaysSoEverywhere()
    {
        string data = Path.Combine(CliProcess.RepositoryRoot, "samples", "faults", "digits-with-nan.npz");
        var run = (await Run($"{{npz: {{path: '{data}', non-finite: keep}}}}", "{sgd: {rate: 0.1}}", "ewc")).Json();
        var happened = Assert.Single(run.GetProperty("happened").EnumerateArray());
        var place = happened.GetProperty("place");
        Assert.Equal("NaN in the data", happened.GetProperty("name").GetString());
        Assert.InRange(place.GetProperty("task").GetInt32(), 1, 5);
        Assert.Contains("of digits-with-nan.npz", place.GetProperty("line").GetString(), StringComparison.Ordinal);
        Assert.Contains("left out", happened.GetProperty("remedy").GetString(), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("recovered: Epoch", (await _folder.RunAsync(0, "run", "recipe.yaml")).Error, StringComparison.Ordinal);
        string folder = run.GetProperty("folder").GetString()!;
        Assert.Contains("\"kind\":\"recovery\"", await File.ReadAllTextAsync(Path.Combine(folder, "events.jsonl"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("NaN in the data", await File.ReadAllTextAsync(run.GetProperty("report").GetString()!, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predict_ModelOfTasksKnownAtTestTime_SaysThatAllClassesAreToldApart()
    {
        var run = (await Run("digits", "{sgd: {rate: 0.05}}", "replay", "task")).Json();
        string rows = Path.Combine(_folder.Path, "rows.csv");
        await File.WriteAllTextAsync(rows, $"{string.Join(',', Enumerable.Range(0, 64).Select(i => $"p{i}"))}\n{string.Join(',', Enumerable.Repeat("3", 64))}\n", TestContext.Current.CancellationToken);
        CliResult result = await _folder.RunAsync(0, "predict", run.GetProperty("run").GetString()!, rows);
        Assert.Contains("judged with the task of each row known", string.Join(' ', result.Output.Split((char[])['\n', ' '], StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private static JsonElement Forgetting(JsonElement run)
        => run.GetProperty("findings").EnumerateArray().Single(f => f.GetProperty("check").GetString() == "lost-accuracy");

    private static double Accuracy(JsonElement run)
        => run.GetProperty("testMetrics").EnumerateArray().Single(m => m.GetProperty("metric").GetString() == "test accuracy").GetProperty("value").GetDouble();

    private async Task<CliResult> Run(string source, string optimizer, string method, string scenario = "class")
    {
        await File.WriteAllTextAsync(
            Path.Combine(_folder.Path, "recipe.yaml"),
            $$$"""
            name: tasks
            data:
              source: {{{source}}}
              tasks: {split-classes: {count: 5, scenario: {{{scenario}}}}}
            model: {mlp: {hidden: [32]}}
            train:
              epochs: 5
              batch: 10
              optimizer: {{{optimizer}}}
              continual: {{{method}}}
            treat: {enabled: false}
            """,
            TestContext.Current.CancellationToken);
        return await _folder.RunAsync(0, "run", "recipe.yaml", "--json");
    }
}

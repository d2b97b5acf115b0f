using System.Text.Json;

namespace Mettle.Cli.Tests;

/// <summary>The faulty recipes of samples/faults, as a user runs them: named, placed, treated, and as good as without the fault.</summary>
public sealed class FaultTests : IDisposable
{
    // The bench takes several seeds; one seed on 449 test rows is less sure.
    private const double Margin = 0.03;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("rate", "rate-tuned")]
    [InlineData("rate-adam", "rate-adam-tuned")]
    [InlineData("rate-half", "rate-adam-tuned")]
    public async Task Run_LearningRateFarTooHigh_RecoversByItself(string fault, string twin)
    {
        var run = await Run(fault);
        var happened = run.GetProperty("happened").EnumerateArray().First();
        Assert.Equal("learning rate too high", happened.GetProperty("name").GetString());
        Assert.True(happened.GetProperty("place").GetProperty("epoch").GetInt32() >= 1);
        Assert.Equal($"{fault}.yaml:8", happened.GetProperty("place").GetProperty("line").GetString());
        Assert.Contains("range test", happened.GetProperty("remedy").GetString(), StringComparison.Ordinal);
        await IsAsGoodAs(run, twin);
        Assert.True(Accuracy(await Run(fault, "train.recovery.retries=0", "treat.enabled=false")) < 0.8);
    }

    [Fact]
    public async Task Run_NanInRows_LeavesThemOutAndNamesThem()
    {
        var run = await Run("nan");
        var finding = Finding(run, "non-finite-rows");
        Assert.Equal("digits-with-nan.npz, row 118", finding.GetProperty("place").GetProperty("line").GetString());
        Assert.Contains("x[117, 3, 4] is NaN; the row is left out", finding.GetProperty("title").GetString(), StringComparison.Ordinal);
        await IsAsGoodAs(run, "nan-tuned");
    }

    [Fact]
    public async Task Run_NanInABatch_GoesOnWithoutItsRows()
    {
        var run = await Run("nan-live");
        var happened = Assert.Single(run.GetProperty("happened").EnumerateArray());
        Assert.Equal("NaN in the data", happened.GetProperty("name").GetString());
        Assert.Contains("of digits-with-nan.npz", happened.GetProperty("place").GetProperty("line").GetString(), StringComparison.Ordinal);
        await IsAsGoodAs(run, "nan-tuned");
    }

    [Fact]
    public async Task Run_ExplodingLstm_IsFoundPlacedAndTreated()
    {
        var run = await Run("lstm", "treat.max-trials=1", "treat.seeds=3");
        var finding = Finding(run, "through-time");
        Assert.Contains("explodes on its way back through time", finding.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.Equal("rnn (Lstm)", finding.GetProperty("place").GetProperty("layer").GetString());
        Assert.Equal(["recurrent-init"], Accepted(run));
        await IsAsGoodAs(run, "lstm-tuned");
    }

    [Fact]
    public async Task Run_DeadRectifiers_AreFoundPlacedAndTreated()
    {
        var run = await Run("dead-relu", "treat.max-trials=1", "treat.seeds=3");
        var place = Finding(run, "dead-units").GetProperty("place");
        Assert.Equal(("hidden.1.1 (relu)", "dead-relu.yaml:5"), (place.GetProperty("layer").GetString(), place.GetProperty("line").GetString()));
        Assert.Equal(["he-init"], Accepted(run));
        await IsAsGoodAs(run, "dead-relu-tuned");
    }

    private static JsonElement Finding(JsonElement run, string check) => run.GetProperty("findings").EnumerateArray().First(f => f.GetProperty("check").GetString() == check && f.GetProperty("severity").GetString() != "fine");

    private static string[] Accepted(JsonElement run)
        => [.. run.GetProperty("trials").EnumerateArray().Where(t => t.GetProperty("verdict").GetString() == "accepted").Select(t => t.GetProperty("treatment").GetString()!)];

    private static double Accuracy(JsonElement run)
        => run.GetProperty("testMetrics").EnumerateArray().Single(m => m.GetProperty("metric").GetString() == "test accuracy").GetProperty("value").GetDouble();

    private async Task IsAsGoodAs(JsonElement run, string twin)
    {
        double with = Accuracy(run), tuned = Accuracy(await Run(twin));
        Assert.True(with > tuned - Margin, $"{with} with the fault, {tuned} without");
        Assert.True(tuned > 0.9, $"{tuned} without the fault");
    }

    private async Task<JsonElement> Run(string recipe, params string[] settings)
        => (await _folder.RunAsync(0, ["run", Path.Combine(CliProcess.RepositoryRoot, "samples", "faults", $"{recipe}.yaml"), "--json", "--set", "package.report=false", .. settings.SelectMany(s => new[] { "--set", s })])).Json();
}

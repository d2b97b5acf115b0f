namespace Mettle.Cli.Tests;

/// <summary>What a recipe will cost, before it is run.</summary>
public sealed class EstimateTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Estimate_AsJson_HasWorkTimeMoneyAndLayers()
    {
        _folder.WriteRecipe(Recipes.Job());
        var estimate = (await _folder.RunAsync(0, "estimate", "recipe.yaml", "--seconds", "0.1", "--price", "2", "--verify", "--json")).Json();
        var training = estimate.GetProperty("training");
        Assert.InRange(training.GetProperty("seconds").GetDouble(), training.GetProperty("low").GetDouble(), training.GetProperty("high").GetDouble());
        Assert.Equal(training.GetProperty("seconds").GetDouble() * 2 / 3600, training.GetProperty("money").GetDouble(), 1e-9);
        Assert.True(estimate.GetProperty("runAtMost").GetProperty("flops").GetDouble() > estimate.GetProperty("runAtLeast").GetProperty("flops").GetDouble());
        Assert.Contains(estimate.GetProperty("layers").EnumerateArray(), l => l.GetProperty("name").GetString() == "output");
        Assert.InRange(estimate.GetProperty("measured").GetProperty("flopsFactor").GetDouble(), 0.95, 1.05);
        Assert.False(Directory.Exists(_folder["runs"]));
    }

    [Fact]
    public async Task Estimate_ForAReader_ShowsTablesAndRunTellsBeforeItTrains()
    {
        _folder.WriteRecipe(Recipes.Job(epochs: 2));
        string output = (await _folder.RunAsync(0, "estimate", "recipe.yaml", "--seconds", "0.05")).Output;
        Assert.Matches("the training +[0-9.]+ [MG]FLOP", output);
        Assert.Contains("at the peak", output, StringComparison.Ordinal);
        Assert.Contains("hidden.0.0", output, StringComparison.Ordinal);
        Assert.Contains("estimate: training takes", (await _folder.RunAsync(0, "train", "recipe.yaml")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--seconds", "0")]
    [InlineData("--price", "-1")]
    public async Task Estimate_OptionOutOfRange_IsBadInput(string option, string value)
    {
        _folder.WriteRecipe(Recipes.Job());
        Assert.Contains(option, (await _folder.RunAsync(2, "estimate", "recipe.yaml", option, value)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Estimate_UnknownRecipe_IsBadInput()
        => Assert.Contains("none.yaml", (await _folder.RunAsync(2, "estimate", "none.yaml")).Error, StringComparison.Ordinal);
}

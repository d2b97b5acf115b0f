namespace Mettle.Cli.Tests;

/// <summary>A run's own model.onnx as the start of the next run.</summary>
public sealed class OnnxRunTests : IDisposable
{
    private const string FineTuning = """
        name: tuned
        data:
          source: digits
          limit: 200
          normalize: none
        model: {onnx: first.onnx}
        train: {epochs: 2, batch: 32}
        treat: {enabled: false}
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Train_ModelOfAnotherRun_ReproducesAndRefusesAChangedFile()
    {
        _folder.WriteRecipe("name: first\ndata: {source: digits, limit: 200}\nmodel: {cnn: {widths: [4]}}\ntrain: {epochs: 1}\n", "first.yaml");
        await _folder.RunAsync(0, "train", "first.yaml");
        await _folder.RunAsync(0, "export", "latest", "--out", "first.onnx");
        _folder.WriteRecipe(FineTuning);

        var run = (await _folder.RunAsync(0, "run", "recipe.yaml", "--json")).Json();
        string id = run.GetProperty("run").GetString()!;
        await _folder.RunAsync(0, "reproduce", id);
        string manifest = await File.ReadAllTextAsync(_folder[$"runs/{id}/manifest.json"]);
        Assert.Contains("first.onnx", manifest, StringComparison.Ordinal);

        await File.WriteAllTextAsync(_folder[$"runs/{id}/manifest.json"], manifest.Replace("\"finished\"", "\"interrupted\"", StringComparison.Ordinal));
        await _folder.RunAsync(0, "train", "first.yaml", "--set", "seed=2");
        await _folder.RunAsync(0, "export", "latest", "--out", "first.onnx");
        var refused = await _folder.RunAsync(2, "run", "--resume", id);
        Assert.Contains("first.onnx", refused.Error, StringComparison.Ordinal);
        Assert.Contains("has changed since", refused.Error, StringComparison.Ordinal);
    }
}

using Mettle.Nn;
using Mettle.Onnx;

namespace Mettle.Cli.Tests;

public sealed class ExportTests(FinishedRun finished) : IClassFixture<FinishedRun>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Export_FinishedRun_WritesTheFileThatTheRunLeft()
    {
        string run = finished.CopyTo(_folder);

        var result = (await _folder.RunAsync(0, "export", "latest", "--out", "out/rows.onnx", "--json")).Json();

        Assert.Equal(_folder["out/rows.onnx"], result.GetProperty("onnx").GetString());
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(run, "model.onnx")), await File.ReadAllBytesAsync(_folder["out/rows.onnx"]));
        Assert.Equal(["features f32[N, 2]", "codes i64[N, 1]"], result.GetProperty("inputs").EnumerateArray().Select(p => $"{p.GetProperty("name")} {p.GetProperty("type")}"));
        Assert.Equal(["logits f32[N, 2]", "probabilities f32[N, 2]"], result.GetProperty("outputs").EnumerateArray().Select(p => $"{p.GetProperty("name")} {p.GetProperty("type")}"));
    }

    [Fact]
    public async Task Export_FinishedRun_KeepsNamesAndNotes()
    {
        string run = finished.CopyTo(_folder);
        await _folder.RunAsync(0, "export", finished.Id);

        OnnxModel model = OnnxModel.Load(_folder["model.onnx"]);
        using var scope = MemoryScope.Begin();
        var state = Safetensors.Read(Path.Combine(run, "model.safetensors")).Tensors;
        foreach (var (name, value) in state)
            Assert.Equal(value.ToBytes(), ((TensorValue)model.Graph.Initializers[name]).Tensor.ToBytes());
        Assert.Equal(finished.Id, model.Metadata["run"]);
        Assert.Equal("classification", model.Metadata["task"]);
        Assert.Equal("""["no","yes"]""", model.Metadata["classes"]);
        Assert.Equal("""["a","b"]""", model.Metadata["features"]);
        Assert.Equal("""["kind"]""", model.Metadata["codes"]);
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(run, "encoder.json")), model.Metadata["encoder"]);
        Assert.Contains(model.Metadata["weights_sha256"], await File.ReadAllTextAsync(Path.Combine(run, "manifest.json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_FixedBatch_HasIt()
    {
        finished.CopyTo(_folder);
        await _folder.RunAsync(0, "export", "latest", "--batch", "3");

        Assert.All(OnnxModel.Load(_folder["model.onnx"]).Graph.Inputs, i => Assert.Equal("3", i.Type!.Dims![0]));
    }

    [Theory]
    [InlineData("there is no run 'none'", "none")]
    [InlineData("is a folder", "latest", "--out", ".")]
    [InlineData("cannot be written", "latest", "--out", "rows.csv/model.onnx")]
    [InlineData("from 1 to 65536", "latest", "--batch", "0")]
    public async Task Export_WhatCannotBe_SaysSoAndEndsWithTwo(string part, params string[] arguments)
    {
        finished.CopyTo(_folder);

        var result = await _folder.RunAsync(2, ["export", .. arguments]);

        Assert.Contains(part, Assert.Single(result.ErrorLines(), l => l.StartsWith("mettle: ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["model.onnx"]));
    }
}

using System.Xml.Linq;

namespace Mettle.Cli.Tests;

public sealed class DrawTests(FinishedRun finished) : IClassFixture<FinishedRun>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Draw_FinishedRun_ShowsItsModel()
    {
        finished.CopyTo(_folder);

        var result = (await _folder.RunAsync(0, "draw", "latest", "--out", "out/model.svg", "--json")).Json();

        Assert.Equal(_folder["out/model.svg"], result.GetProperty("svg").GetString());
        Assert.Equal("N", Assert.Single(result.GetProperty("sizes").EnumerateArray()).GetProperty("name").GetString());
        var texts = XDocument.Load(_folder["out/model.svg"]).Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value).ToList();
        Assert.Contains("features", texts);
        Assert.Contains("probabilities", texts);
        Assert.Contains("Gemm", texts);
    }

    [Fact]
    public async Task Draw_FileOfARun_IsTheSamePicture()
    {
        string run = finished.CopyTo(_folder);
        await _folder.RunAsync(0, "draw", "latest", "--out", "a.svg", "--open", "2");
        await _folder.RunAsync(0, "draw", Path.Combine(run, "model.onnx"), "--out", "b.svg", "--open", "2");

        Assert.Equal(await File.ReadAllTextAsync(_folder["a.svg"]), await File.ReadAllTextAsync(_folder["b.svg"]));
    }

    [Theory]
    [InlineData("there is no run 'none'", "none")]
    [InlineData("cannot be read", "none.onnx")]
    [InlineData("this is not an ONNX model", "rows.csv")]
    [InlineData("is a folder", "latest", "--out", ".")]
    [InlineData("from 1 to 3", "latest", "--open", "4")]
    public async Task Draw_WhatCannotBe_SaysSoAndEndsWithTwo(string part, params string[] arguments)
    {
        finished.CopyTo(_folder);

        var result = await _folder.RunAsync(2, ["draw", .. arguments]);

        Assert.Contains(part, Assert.Single(result.ErrorLines(), l => l.StartsWith("mettle: ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["graph.svg"]));
    }
}

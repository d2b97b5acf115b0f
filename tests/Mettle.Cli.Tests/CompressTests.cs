using Mettle.Graphs;
using Mettle.Onnx;

namespace Mettle.Cli.Tests;

public sealed class CompressTests : IDisposable
{
    private const int Rows = 20;

    private readonly TempFolder _folder = new();

    public CompressTests()
    {
        var key = RandomKey.FromSeed(3);
        using var scope = MemoryScope.Begin();
        Tensor filters = Tensor.Normal(key.At(1), [32, 16, 3, 3]) * 0.1, last = Tensor.Normal(key.At(2), [4, 32]);
        var conv = new Conv([1, 1], [1, 1], [1, 1]);
        OnnxExport.Batched(n => Graph.Trace(x => [conv.Apply(x[0], filters).Relu().Max(2, 3).Affine(last)], new Value(new TensorSpec([n, 16, 24, 24], DType.F32), "image")))
            .Save(_folder["model.onnx"]);
        Save("rows.npy", Tensor.Normal(key.At(3), [Rows, 16, 24, 24]));
        Save("labels.npy", Tensor.From([.. Enumerable.Range(0, Rows).Select(i => (long)(i % 4))]));
        Save("flat.npy", Tensor.Zeros([Rows, 16]));
        Save("one.npy", Tensor.Zeros([1, 16, 24, 24]));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Compress_WithinTheLimits_WritesTheModel()
    {
        var result = await _folder.RunAsync(
            0, "compress", "model.onnx", "--int8", "--data", "rows.npy", "--labels", "labels.npy", "--min-speedup", "0", "--calibration", "minmax", "--threads", "1", "--json");

        var json = result.Json();
        Assert.True(json.GetProperty("accepted").GetBoolean());
        Assert.Equal("minMax", json.GetProperty("calibration").GetString());
        Assert.Equal(["conv_0", "affine_1"], json.GetProperty("layers").EnumerateArray().Select(l => l.GetProperty("name").GetString()));
        Assert.True(json.GetProperty("signalToNoise").GetDouble() > 20);
        Assert.Equal(4, json.GetProperty("accuracy").GetProperty("rows").GetInt32());
        string path = json.GetProperty("onnx").GetString()!;
        Assert.Equal("model.int8.onnx", Path.GetFileName(path));
        var model = OnnxModel.Load(path);
        Assert.Contains(model.Graph.Nodes, n => n.Operator == "QuantizeLinear");
        Assert.Null(model.Graph.Inputs[0].Type!.Dims![0] is { } rows && int.TryParse(rows, out int size) ? size : null);
        Assert.StartsWith("int8 by MinMax", model.Metadata["mettle.quantization"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compress_OverTheLimits_SaysWhyAndWritesNothing()
    {
        var slow = await _folder.RunAsync(1, "compress", "model.onnx", "--int8", "--data", "rows.npy", "--min-speedup", "1000", "--out", "no/model.onnx");
        var wrong = await _folder.RunAsync(1, "compress", "model.onnx", "--int8", "--data", "rows.npy", "--min-snr", "150", "--out", "no/model.onnx");

        Assert.Contains("refused", slow.Output, StringComparison.Ordinal);
        Assert.Contains("no layer is left in 8 bits", wrong.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["no"]));
    }

    [Theory]
    [InlineData("--int8 needs --data FILE", "--int8")]
    [InlineData("say how to compress: --int8", "--data", "rows.npy")]
    [InlineData("There is no layer 'fc' to keep in f32. The layers are conv_0, affine_1", "--int8", "--data", "rows.npy", "--keep-f32", "fc")]
    [InlineData("does not fit the input 'image'", "--int8", "--data", "flat.npy")]
    [InlineData("two are the least", "--int8", "--data", "one.npy")]
    [InlineData("labels are whole numbers, one for each of the 20 rows", "--int8", "--data", "rows.npy", "--labels", "one.npy")]
    [InlineData("--min-agreement is a number from 0 to 1", "--int8", "--data", "rows.npy", "--min-agreement", "2")]
    [InlineData("missing.npy", "--int8", "--data", "missing.npy")]
    [InlineData(".npy, .npz and .csv", "--int8", "--data", "model.onnx")]
    public async Task Compress_BadInput_NamesTheMend(string message, params string[] arguments)
    {
        var result = await _folder.RunAsync(2, ["compress", "model.onnx", .. arguments]);

        Assert.Contains(message, Assert.Single(result.ErrorLines(), l => l.StartsWith("mettle: ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["model.int8.onnx"]));
    }

    private void Save(string name, Tensor tensor)
    {
        using var stream = File.Create(_folder[name]);
        Data.NpyFile.Write(stream, tensor);
    }
}

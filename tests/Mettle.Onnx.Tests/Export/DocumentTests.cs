using Mettle.Graphs;
using Mettle.Nn;

namespace Mettle.Onnx.Tests.Export;

/// <summary>Files: names, metadata, external data, and what is refused.</summary>
public sealed class DocumentTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("mettle-onnx");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Save_ExternalData_ReadsBackTheSame()
    {
        string path = Path.Combine(folder.FullName, "model.onnx");
        var architecture = Architectures.Of("mlp");
        var document = OnnxExport.Batched(architecture.Trace);
        document.Save(path, externalData: true);

        Assert.Equal(["model.onnx", "model.onnx.data"], folder.GetFiles().Select(f => f.Name).Order(StringComparer.Ordinal));
        using var scope = MemoryScope.Begin();
        var inputs = architecture.Inputs(3);
        Assert.Null(RoundTrip.Difference(RoundTrip.Run(document.ToModel(), inputs)[0], RoundTrip.Run(OnnxModel.Load(path), inputs)[0], 0));
    }

    [Fact]
    public void Save_WhereTheFolderIsMissing_LeavesNothing()
    {
        var document = OnnxExport.Fixed(Architectures.Of("mlp").Trace(1));
        Assert.Throws<DirectoryNotFoundException>(() => document.Save(Path.Combine(folder.FullName, "none", "model.onnx")));
        Assert.Empty(folder.GetFileSystemInfos());
    }

    [Fact]
    public void Fixed_NamedParametersAndMetadata_StandInTheFile()
    {
        var model = new Mlp(4, [5], 2).Initialize(RandomKey.FromSeed(1));
        var graph = Graph.Trace(x => [model.Forward(x[0], Pass.Eval)], new Value(new TensorSpec([3, 4], DType.F32), "features"));
        var read = OnnxExport.Fixed(graph, new()
        {
            Name = "tiny",
            Parameters = model.NamedParameters().ToDictionary(p => p.Name, p => p.Parameter.Value, StringComparer.Ordinal),
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["classes"] = "cat,dog" },
        }).ToModel();

        Assert.Equal("features", Assert.Single(read.Graph.Inputs).Name);
        Assert.Equal("f32[3, 2]", Assert.Single(read.Graph.Outputs).Type!.ToString());
        Assert.Equal("cat,dog", read.Metadata["classes"]);
        Assert.Equal(model.StateDict().Keys.Order(StringComparer.Ordinal), read.Graph.Initializers.Keys.Order(StringComparer.Ordinal));
        Assert.StartsWith("Mettle", read.Producer, StringComparison.Ordinal);
    }

    [Fact]
    public void Fixed_RandomAndGradientOps_ListsAllOfThem()
    {
        var graph = Graph.Trace(
            x =>
            {
                var y = x[0].Dropout(0.5, RandomKey.FromSeed(1)).Dropout(0.5, RandomKey.FromSeed(2));
                return [y, new AvgPoolBackward((4, 4), 2, 2, 0).Apply(x[1])];
            },
            new Value(new TensorSpec([2, 3], DType.F32)), new Value(new TensorSpec([1, 1, 2, 2], DType.F32)));

        var e = Assert.Throws<OnnxException>(() => OnnxExport.Fixed(graph));
        Assert.Contains("2 ops have no ONNX form", e.Message, StringComparison.Ordinal);
        Assert.Contains("dropout (2 times): it draws random numbers", e.Message, StringComparison.Ordinal);
        Assert.Contains("avg_pool_backward (1 times): it is part of a gradient", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Batched_MeanOverTheBatch_SaysWhatDependsOnIt()
    {
        var e = Assert.Throws<OnnxException>(() => OnnxExport.Batched(n => Of(n, x => x / x.Shape[0])));
        Assert.Contains("has values that depend on it", e.Message, StringComparison.Ordinal);
        Assert.Contains("Export a fixed batch size instead", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Batched_LoopOverTheBatch_SaysSo()
    {
        var e = Assert.Throws<OnnxException>(() => OnnxExport.Batched(n => Of(n, x => Enumerable.Range(0, x.Shape[0]).Aggregate(x, (y, _) => y.Exp()))));
        Assert.Contains("at 2 the model takes 2 operations, at 3 it takes 3", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Batched_OneMoreThanTheBatch_SaysWhichAxis()
    {
        var e = Assert.Throws<OnnxException>(() => OnnxExport.Batched(n => Of(n, x => Tensor.Concat(0, Tensor.Zeros([1, 4]), x))));
        Assert.Contains("axis 0 of a result of concat is 3 at 2 and 4 at 3", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Batched_InputsThatDoNotDependOnIt_SaysSo()
    {
        var e = Assert.Throws<OnnxException>(() => OnnxExport.Batched(_ => Of(2, x => x.Exp())));
        Assert.Contains("no input's shape depends on it", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Batched_AxesMergedWithTheBatch_ComeBackTheSame()
    {
        // Reversed, last rows, shapes with two open dimensions, constants as long as the batch.
        Func<int, Graph> trace = n => Of(n, x =>
        {
            int rows = x.Shape[0];
            var both = x.Flip(0).Reshape(rows * 2, 2) + Tensor.Ones([rows * 2, 2]);
            var square = both.Reshape(rows, 4).MatMul(x.Transpose());
            return square + x.Narrow(0, rows - 1, rows).Sum() + Tensor.Full([rows, rows], 0.5, DType.F32);
        });
        var model = OnnxExport.Batched(trace).ToModel();
        foreach (int batch in new[] { 1, 4, 9 })
        {
            using var scope = MemoryScope.Begin();
            var x = Tensor.Normal(RandomKey.FromSeed(3), [batch, 4]);
            Assert.Null(RoundTrip.Difference(trace(batch).Apply(x)[0], RoundTrip.Run(model, x)[0], 0));
        }
    }

    [Fact]
    public void Batched_QuantizedLayers_UseTheOperatorsForThem()
    {
        // One scale for the images, one per filter for the weights; sums back to f32, and to 8 bits through steps per channel.
        var key = RandomKey.FromSeed(9);
        var (weight, step) = (Tensor.Normal(key.At(0), [6, 4, 3, 3]), Tensor.Uniform(key.At(1), [6], 0.01, 0.03));
        var levels = (weight / step.Reshape(6, 1, 1, 1)).Round().Clamp(-127, 127).To(DType.I8);
        var conv = new QuantizedConv(levels, step, null, [1, 1], [1, 1], [1, 1]);
        Func<int, Graph> trace = n => Graph.Trace(
            x =>
            {
                Tensor Whole(double value, Shape to) => Tensor.Scalar(value, DType.F32).To(DType.U8).Broadcast(to);
                Tensor scale = Tensor.Scalar(0.05, DType.F32), zero = Tensor.Scalar(128, DType.F32).To(DType.U8);
                var q = Quantize.Instance.Apply(x[0], scale.Broadcast(x[0].Shape), Whole(128, x[0].Shape));
                var y = conv.Apply(q, scale, zero);
                var channels = step.Reshape(6, 1, 1).Broadcast(y.Shape);
                return [Dequantize.Instance.Apply(Quantize.Instance.Apply(y, channels, Whole(7, y.Shape)), channels, Whole(7, y.Shape))];
            },
            new Value(new TensorSpec([n, 4, 5, 5], DType.F32), "x"));

        var document = OnnxExport.Batched(trace);
        Assert.Equal(2, document.Operators["QuantizeLinear"]);
        Assert.Equal(1, document.Operators["DequantizeLinear"]);
        Assert.Equal(1, document.Operators["ConvInteger"]);
        Assert.False(document.Operators.ContainsKey("Expand"));
        using var scope = MemoryScope.Begin();
        var x = Tensor.Normal(key.At(3), [7, 4, 5, 5]);
        var expected = trace(7).Apply(x)[0];
        Assert.Null(RoundTrip.Difference(expected, RoundTrip.Run(document.ToModel(), x)[0], 0));
        if (OnnxRuntime.File is not null)
        {
            var result = OnnxRuntime.Run(document.ToBytes(), [("x", x)], [("output", expected.Spec)]);
            // A quotient between two steps may be rounded to either.
            const double oneStep = 0.031;
            Assert.Null(RoundTrip.Difference(expected, result[0], oneStep));
        }
    }

    private static Graph Of(int batch, Func<Tensor, Tensor> body) => Graph.Trace(x => [body(x[0])], new Value(new TensorSpec([batch, 4], DType.F32), "x"));
}

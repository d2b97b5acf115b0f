using Mettle.Graphs;
using Mettle.Graphs.Quantization;
using Mettle.Onnx.Tests.Export;

namespace Mettle.Onnx.Tests.Quantization;

/// <summary>Quantised graphs as files: out, in again, and in ONNX Runtime.</summary>
public sealed class QuantizedModelTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("mettle-int8");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Fixed_QuantisedGraph_ComesBackWithTheSameBits()
    {
        using var scope = MemoryScope.Begin();
        var graph = Quantised(2);
        var document = OnnxExport.Fixed(graph);

        var again = OnnxGraphs.Trace(document.ToModel());

        Assert.Equal(4, document.Operators["QuantizeLinear"]);
        Assert.True(document.Operators["DequantizeLinear"] >= 4 + 3);
        var (first, second) = (graph.ForInference(), again.ForInference());
        Assert.Equal(Kinds(first), Kinds(second));
        Assert.Equal(3, second.Nodes.Count(n => n.Op is QuantizedProduct));
        var x = Input(2);
        Assert.Equal(Plan.Compile(first).Run(x)[0].ToBytes(), Plan.Compile(second).Run(x)[0].ToBytes());
    }

    [Fact]
    public void Batched_QuantisedGraph_GivesEachRowTheSameBits()
    {
        using var scope = MemoryScope.Begin();
        var document = OnnxExport.Batched(Quantised);
        var model = document.ToModel();
        var x = Input(5);

        Graph At(int n) => OnnxGraphs.Trace(model, new Dictionary<string, Shape>(StringComparer.Ordinal) { ["image"] = [n, 1, 12, 12] }).ForInference();
        byte[] rows = [.. Enumerable.Range(0, 5).SelectMany(i => Plan.Compile(At(1)).Run(x.Narrow(0, i, i + 1).Contiguous())[0].ToBytes())];

        Assert.Equal(rows, Plan.Compile(At(5)).Run(x)[0].ToBytes());
    }

    [Fact]
    public void Fixed_QuantisedGraph_PassesTheChecker()
    {
        PythonOnnx.SkipWithout();
        OnnxExport.Fixed(Quantised(1)).Save(Path.Combine(folder.FullName, "fixed.onnx"));
        OnnxExport.Batched(Quantised).Save(Path.Combine(folder.FullName, "open.onnx"));

        var (code, text) = PythonOnnx.Script("Export/check_models.py", folder.GetFiles("*.onnx").Select(f => f.FullName));

        Assert.Equal((0, ""), (code, text));
    }

    // It rounds sums on its own: single levels may be one beside ours, which the next layers see.
    [Fact]
    public void Fixed_QuantisedGraphInOnnxRuntime_Agrees()
    {
        Assert.SkipWhen(OnnxRuntime.File is null, "ONNX Runtime's library is not there: bench/peers/onnxruntime fetches it");
        using var scope = MemoryScope.Begin();
        var graph = Quantised(4);
        var x = Input(4);
        var ours = Plan.Compile(graph.ForInference()).Run(x)[0];

        var theirs = OnnxRuntime.Run(OnnxExport.Fixed(graph).ToBytes(), [("image", x)], [("output", ours.Spec)])[0];

        double[] a = ours.To(DType.F64).ToArray<double>(), b = theirs.To(DType.F64).ToArray<double>();
        double ratio = 10 * Math.Log10(a.Sum(v => v * v) / Math.Max(1e-30, a.Zip(b).Sum(p => Math.Pow(p.First - p.Second, 2))));
        Assert.True(ratio > 40, $"{ratio:0.0} dB");
    }

    [Theory]
    [InlineData("mnist-8", 0.0f, 1.0f)]
    [InlineData("burn_mnist", 0.1307f * 255, 0.3081f * 255)]
    public void Run_RealDigits_AreReadAsWellInInt8(string name, float mean, float deviation)
    {
        Assert.SkipWhen(Archives.Folder is null, Archives.Missing);
        using var scope = MemoryScope.Begin();
        var (images, labels) = Digits(mean, deviation);
        var graph = OnnxGraphs.Trace(OnnxModel.Load(Path.Combine(Archives.Folder!, "models", name + ".onnx")), Shapes(name));
        Tensor[][] rows = [.. Enumerable.Range(0, labels.Length).Select(i => new[] { images.Narrow(0, i, i + 1).Contiguous() })];

        var result = Quantizer.Run(graph, [.. rows.Take(200)], new() { MinSpeedup = 0 });
        Plan f32 = Plan.Compile(graph.ForInference()), int8 = Plan.Compile(result.Graph.ForInference());
        double Accuracy(Plan plan) => rows.Skip(200).Zip(labels.Skip(200)).Average(p => Largest(plan.Run(p.First)[0]) == p.Second ? 1.0 : 0.0);
        double before = Accuracy(f32), after = Accuracy(int8);

        Assert.Null(result.Refusal);
        Assert.Contains(result.Layers, l => l.Choice == LayerChoice.Int8);
        Assert.True(before > 0.97 && after > before - 0.01, $"{before:0.0000} in f32, {after:0.0000} in 8 bits");
    }

    private static Dictionary<string, Shape> Shapes(string name)
        => OnnxModel.Load(Path.Combine(Archives.Folder!, "models", name + ".onnx")).Graph.Required.ToDictionary(p => p.Name, _ => new Shape([1, 1, 28, 28]), StringComparer.Ordinal);

    private static (Tensor Images, byte[] Labels) Digits(float mean, float deviation)
    {
        string data = Path.Combine(Path.GetDirectoryName(Archives.Folder!.TrimEnd('/'))!, "images", "mnist-sample");
        byte[] pixels = Unzipped("t1k-images-idx3-ubyte.gz", 16), labels = Unzipped("t1k-labels-idx1-ubyte.gz", 8);
        return ((Tensor.FromBytes(pixels, [labels.Length, 1, 28, 28], DType.U8).To(DType.F32) - mean) / deviation, labels);

        byte[] Unzipped(string name, int header)
        {
            using var stream = new System.IO.Compression.GZipStream(File.OpenRead(Path.Combine(data, name)), System.IO.Compression.CompressionMode.Decompress);
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            return memory.ToArray()[header..];
        }
    }

    private static int Largest(Tensor scores)
    {
        float[] row = scores.ToArray<float>();
        return Array.IndexOf(row, row.Max());
    }

    private static string[] Kinds(Graph graph) => [.. graph.Nodes.Select(n => n.Op.Name)];

    private static Tensor Input(int batch) => Tensor.Normal(RandomKey.FromSeed(9), [batch, 1, 12, 12]);

    // A convolution, a maximum, a convolution and a product, every layer in 8 bits.
    private static Graph Quantised(int batch)
    {
        var key = RandomKey.FromSeed(11);
        Tensor first = Tensor.Normal(key.At(1), [8, 1, 3, 3]) * 0.5, second = Tensor.Normal(key.At(2), [16, 8, 3, 3]) * 0.2, last = Tensor.Normal(key.At(3), [10, 576]) * 0.1, bias = Tensor.Normal(key.At(4), [16]) * 0.1;
        var steps = Tensor.From([.. bias.ToArray<float>().Select(b => (int)Math.Round(b / (0.03 * 0.006)))]);
        var conv = new Conv([1, 1], [1, 1], [1, 1]);
        return Graph.Trace(
            x =>
            {
                var y = conv.Apply(Rounded(x[0], 0.03, 128), Weights(first, 0.015)).Relu();
                y = Rounded(new Mettle.MaxPool(2, 2, 0, 1).ApplyAll(Rounded(y, 0.03, 0))[0], 0.03, 0);
                y = Rounded(conv.Apply(y, Weights(second, 0.006), steps.Dequantize(Tensor.Full([16], 0.03 * 0.006), null, 0)).Relu(), 0.05, 0);
                return [y.Reshape(new Shape([batch, 576])).Affine(Weights(last, 0.003))];
            },
            new Value(new TensorSpec([batch, 1, 12, 12], DType.F32), "image"));

        static Tensor Rounded(Tensor x, double scale, byte zero)
        {
            var (step, point) = (Tensor.Scalar(scale), Tensor.FromBytes([zero], [], DType.U8));
            return x.Quantize(step, point).Dequantize(step, point);
        }

        static Tensor Weights(Tensor w, double scale)
        {
            var (step, point) = (Tensor.Full([w.Shape[0]], scale), Tensor.Zeros([w.Shape[0]], DType.I8));
            return w.Quantize(step, point, 0).Dequantize(step, point, 0);
        }
    }
}

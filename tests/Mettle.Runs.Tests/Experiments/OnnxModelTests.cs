using Mettle.Graphs;
using Mettle.Nn;
using Mettle.Onnx;

namespace Mettle.Runs.Tests.Experiments;

/// <summary>The model word onnx: a file written here, trained further on the digits.</summary>
public sealed class OnnxModelTests : IDisposable
{
    private const string Yaml =
        """
        name: t
        data:
          source: digits
          limit: 300
          normalize: unit
        model:
          onnx:
            path: m.onnx
            head: replace
            freeze: []
            freeze-layers: 0
            input: {scale: 1}
        train: {epochs: 3, batch: 32, checkpoint-every: 5, optimizer: {adamw: {rate: 0.01}}}
        """;

    private readonly TemporaryFolder folder = new();

    public OnnxModelTests() => Write(1, 8, 8);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Model_ShortForm_IsTheLongOne()
    {
        const string start = "name: t\ndata: {source: digits}\nmodel: ";
        var (brief, full) = (Recipe(start + "{onnx: m.onnx}"), Recipe(start + "{onnx: {path: m.onnx}}"));
        Assert.Equal(full, brief);
        Assert.Equal(full.Hash, brief.Hash);
        Assert.Contains("path: m.onnx", brief.ToYaml(), StringComparison.Ordinal);
        Assert.Equal(brief, Recipe(brief.ToYaml()));
    }

    [Fact]
    public void BuildModel_NewHead_KeepsTheFilesOtherWeights()
    {
        var file = OnnxModel.Load(Path.Combine(folder.Path, "m.onnx"));
        var model = Prepare(Yaml).BuildModel();
        Assert.Equal(["0.bias", "0.weight", "head.bias", "head.weight"], model.StateDict().Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Bytes(file, "0.weight"), model.StateDict()["0.weight"].ToBytes());
        Assert.Equal([10, 144], model.StateDict()["head.weight"].Shape);
    }

    [Fact]
    public void BuildModel_FreshWeights_DependOnTheSeedAlone()
    {
        string fresh = Yaml.Replace("head: replace", "weights: fresh", StringComparison.Ordinal);
        var (a, b, c) = (Prepare(fresh).BuildModel(), Prepare(fresh).BuildModel(), Prepare($"seed: 2\n{fresh}").BuildModel());
        Assert.Equal(a.StateDict()["0.weight"].ToBytes(), b.StateDict()["0.weight"].ToBytes());
        Assert.NotEqual(a.StateDict()["0.weight"].ToBytes(), c.StateDict()["0.weight"].ToBytes());
        Assert.NotEqual(Bytes(OnnxModel.Load(Path.Combine(folder.Path, "m.onnx")), "0.weight"), a.StateDict()["0.weight"].ToBytes());
    }

    [Fact]
    public void Train_Frozen_LeavesTheirBitsAndLearns()
    {
        var experiment = Prepare(Yaml.Replace("freeze: []", "freeze: [all-but-head]", StringComparison.Ordinal));
        byte[] before = experiment.BuildModel().StateDict()["0.weight"].ToBytes();
        var trained = experiment.Train(new TrainOptions());
        Assert.Equal(before, trained.Module.StateDict()["0.weight"].ToBytes());
        Assert.True(trained.Result.History[^1].TrainLoss < trained.Result.History[0].TrainLoss);
    }

    [Fact]
    public void Train_StoppedAndResumed_EndsWithTheSameBits()
    {
        string checkpoint = Path.Combine(folder.Path, "t.checkpoint");
        string straight = Prepare(Yaml).Train(new TrainOptions()).WeightsSha256();
        using (var stop = new CancellationTokenSource())
        {
            Assert.True(Prepare(Yaml).Train(new TrainOptions { CheckpointPath = checkpoint, Observers = [new StopAt(13, stop)], Cancellation = stop.Token }).Result.Interrupted);
        }

        Assert.Equal(straight, Prepare(Yaml).Train(new TrainOptions { CheckpointPath = checkpoint }).WeightsSha256());
    }

    [Fact]
    public void Hashes_ImportedModel_AreAmongThoseOfTheData()
    {
        string path = Path.Combine(folder.Path, "m.onnx");
        var before = Prepare(Yaml).Data.Hashes;
        Assert.Equal(FileHash.Sha256(path), before["m.onnx"]);
        Write(2, 8, 8);
        Assert.NotEqual(before["m.onnx"], Prepare(Yaml).Data.Hashes["m.onnx"]);
    }

    [Theory]
    [InlineData(new[] { 8, 8, 1 }, "auto")]
    [InlineData(new[] { 8, 8 }, "auto")]
    [InlineData(new[] { 64 }, "auto")]
    [InlineData(new[] { 64 }, "flat")]
    [InlineData(new[] { 8, 8, 1 }, "nhwc")]
    public void BuildModel_OtherOrderOfAxes_IsFound(int[] sample, string layout)
    {
        WriteDense(sample);
        var experiment = Prepare(Yaml.Replace("scale: 1", $"layout: {layout}", StringComparison.Ordinal));
        var model = experiment.BuildModel();
        using var scope = MemoryScope.Begin();
        Assert.Equal([3, 10], model.Forward(Tensor.Zeros([3, 1, 8, 8]), Pass.Eval).Shape);
    }

    [Fact]
    public void BuildModel_Scaling_IsAppliedFirst()
    {
        string scaled = Yaml.Replace("scale: 1", "scale: 255, mean: [0.5], std: [2]", StringComparison.Ordinal);
        using var scope = MemoryScope.Begin();
        var x = Tensor.Uniform(RandomKey.FromSeed(1), [2, 1, 8, 8]);
        var expected = Prepare(Yaml).BuildModel().Forward(((x * 255) - 0.5) / 2, Pass.Eval);
        var actual = Prepare(scaled).BuildModel().Forward(x, Pass.Eval);
        Assert.All(expected.ToArray<float>().Zip(actual.ToArray<float>()), p => Assert.Equal(p.First, p.Second, 1e-4f * (1 + Math.Abs(p.First))));
    }

    [Theory]
    [InlineData("path: m.onnx", "path: other.onnx", 8, "names no file")]
    [InlineData("path: m.onnx", "path: broken.onnx", 8, "this is not an ONNX model")]
    [InlineData("head: replace", "head: keep", 9, "the model gives [4] for a sample and this data has 10 classes: use head: replace")]
    [InlineData("head: replace", "features: nowhere", 8, "there is no value 'nowhere'")]
    [InlineData("head: replace", "output: scores", 8, "there is no output 'scores'; there are: y")]
    [InlineData("freeze: []", "freeze: [conv*]", 10, "there are: 0.weight, 0.bias, head.weight, head.bias")]
    [InlineData("freeze: []", "freeze: ['*']", 10, "leaves nothing to train")]
    [InlineData("freeze-layers: 0", "freeze-layers: 2", 11, "has 1 layers with weights")]
    [InlineData("scale: 1", "std: [0]", 12, "must be above 0")]
    [InlineData("scale: 1", "mean: [1, 2, 3]", 12, "has 3 numbers")]
    [InlineData("scale: 1", "layout: flat", 12, "takes [1, 8, 8] for a sample, this data has [1, 8, 8]")]
    [InlineData("normalize: unit", "normalize: auto", 0, "")]
    public void Check_WhatDoesNotFit_NamesLineAndMend(string given, string wrong, int line, string part)
    {
        File.WriteAllText(Path.Combine(folder.Path, "broken.onnx"), "no model");
        string yaml = Yaml.Replace(given, wrong, StringComparison.Ordinal);
        Assert.NotEqual(Yaml, yaml);
        if (line == 0)
        {
            Prepare(yaml).Check();
            return;
        }

        var e = Assert.Throws<RecipeException>(() => Prepare(yaml).Check());
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
        Assert.StartsWith($"test.yaml:{line}:", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_ScalingOfStandardisedData_NamesTheMend()
    {
        string yaml = Yaml.Replace("normalize: unit", "normalize: auto", StringComparison.Ordinal).Replace("scale: 1", "scale: 255", StringComparison.Ordinal);
        Assert.Contains("data.normalize is auto: set it to unit", Assert.Throws<RecipeException>(() => Prepare(yaml).Check()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_ValueForAWordWithoutOneRequiredField_IsRefused()
    {
        var e = Assert.Throws<RecipeException>(() => Recipe("name: t\ndata: {source: digits}\nmodel: {mlp: 3}"));
        Assert.Contains("must give the fields of 'mlp' as a mapping", e.Message, StringComparison.Ordinal);
    }

    private static byte[] Bytes(OnnxModel model, string name) => ((TensorValue)model.Graph.Initializers[name]).Tensor.ToBytes();

    private Recipe Recipe(string yaml) => Files.Recipe(yaml, folder.Path);

    private Experiment Prepare(string yaml) => Experiment.Prepare(Recipe(yaml), new DataCache());

    private void Write(int seed, int height, int width)
        => Save(new Sequential(new Conv2d(1, 4, 3), Activation.Of("relu"), new Flatten(), new Linear(4 * (height - 2) * (width - 2), 4)), seed, [1, height, width]);

    private void WriteDense(int[] sample) => Save(new Sequential(new Flatten(), new Linear(64, 16), Activation.Of("relu"), new Linear(16, 4)), 1, sample);

    private void Save(Module network, int seed, int[] sample)
    {
        using var scope = MemoryScope.Begin();
        network.Initialize(RandomKey.FromSeed((ulong)seed));
        OnnxExport.Batched(
            n => Graph.Trace(x => [network.Forward(x[0], Pass.Eval)], new Value(new TensorSpec([n, .. sample], DType.F32), "x")),
            new() { OutputNames = ["y"], Parameters = network.NamedParameters().ToDictionary(p => p.Name, p => p.Parameter.Value, StringComparer.Ordinal) })
            .Save(Path.Combine(folder.Path, "m.onnx"));
    }

    private sealed class StopAt(int step, CancellationTokenSource stop) : ITrainingObserver
    {
        public void OnStep(in StepInfo info)
        {
            if (info.GlobalStep == step)
            {
                stop.Cancel();
            }
        }

        public void OnEpoch(EpochInfo info)
        {
        }
    }
}

using Mettle.Graphs;
using Mettle.Nn;

namespace Mettle.Onnx.Tests.Modules;

/// <summary>What an imported model is as a module: names, values, training, saving, writing again.</summary>
public sealed class OnnxModuleTests
{
    private static readonly string[] BurnNames =
    [
        "conv1.bias", "conv1.weight", "conv2.bias", "conv2.weight", "conv3.bias", "conv3.weight", "fc1.bias", "fc1.weight", "fc2.bias", "fc2.weight",
        "norm1.bias", "norm1.running_mean", "norm1.running_var", "norm1.weight", "norm2.bias", "norm2.running_mean", "norm2.running_var", "norm2.weight",
    ];

    public static TheoryData<string> Recorded => Archives.Names("reference");

    [Fact]
    public void StateDict_TorchModel_HasTheFilesNames()
    {
        var model = Imported.Load("burn_mnist");
        Assert.Equal(BurnNames, model.StateDict().Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["fc2.bias", "fc2.weight"], model.NamedModules().Single(m => m.Name == "fc2").Module.OwnParameters.Select(p => p.Parameter.Name).Order());
        Assert.Equal(ParameterRole.Scale, model.NamedParameters().Single(p => p.Name == "norm1.weight").Parameter.Role);
    }

    [Fact]
    public void StateDict_WeightsBehindReshape_KeepTheirOwnShape()
    {
        var model = Imported.Load("mnist-8");
        Assert.Equal(["Parameter5", "Parameter6", "Parameter87", "Parameter88", "Parameter193", "Parameter194"], model.NamedParameters().Select(p => p.Name));
        Assert.Equal([16, 4, 4, 10], model.NamedParameters().Single(p => p.Name == "Parameter193").Parameter.Shape);
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Forward_RecordedInputs_GivesTheFilesOutput(string name)
    {
        var recorded = Archives.Of("reference")[name];
        Assert.SkipWhen(name.StartsWith("lgbm", StringComparison.Ordinal), "trees have no weights");
        var module = Imported.Load(name);
        using var scope = MemoryScope.Begin();
        var file = Export.RealModelExportTests.Load(name);
        var inputs = Export.RealModelExportTests.Inputs(recorded, file);
        var expected = (TensorValue)OnnxEvaluator.Run(file, file.Graph.Required.Zip(inputs).ToDictionary(p => p.First.Name, p => (OnnxValue)new TensorValue(p.Second, p.First.Type!.Element), StringComparer.Ordinal))[0];
        double tolerance = name.Contains("fp16", StringComparison.Ordinal) ? 2e-2 : 1e-4;
        Tensor[] given = [.. module.Inputs.Select(i => inputs[file.Graph.Required.ToList().FindIndex(p => p.Name == i)])];
        Assert.Null(Export.RoundTrip.Difference(expected.Tensor.To(DType.F32), module.Forward(given, Pass.Eval), tolerance));
    }

    [Theory]
    [InlineData("mnist-8", "1,28,28")]
    [InlineData("burn_mnist", "1,28,28")]
    [InlineData("self-attention-mnist-pgd-medium-sim", "28,28,1")]
    [InlineData("cifar_deep_kw", "3,32,32")]
    public void Forward_FileOfBatchOne_TakesAnyBatch(string name, string sample)
    {
        var model = Imported.Load(name);
        using var scope = MemoryScope.Begin();
        using var quiet = Autograd.NoGrad();
        var x = Tensor.Uniform(RandomKey.FromSeed(2), [5, .. sample.Split(',').Select(int.Parse)]);
        var together = model.Forward(x, Pass.Eval);
        var apart = Tensor.Concat(0, [.. Enumerable.Range(0, 5).Select(i => model.Forward(x.Narrow(0, i, i + 1), Pass.Eval))]);
        Assert.Null(Export.RoundTrip.Difference(apart, together, 1e-5));
    }

    [Theory]
    [InlineData("mnist-8")]
    [InlineData("burn_mnist")]
    public void Compile_AfterAStep_GivesWhatTheModuleGives(string name)
    {
        var model = Imported.Load(name, new() { Outputs = 4 });
        using var scope = MemoryScope.Begin();
        var x = Imported.Images(4);
        Imported.Step(model, x, rate: 1e-2);
        var plan = model.Compile(x.Shape);
        Assert.Null(Export.RoundTrip.Difference(model.Forward(x, Pass.Eval).Detach(), plan.Run(x).Single(), 1e-4));
    }

    [Fact]
    public void Compile_ShapesThatDependOnData_SaysSo()
    {
        var proto = Models.Of(13, ["x"], ["y"], Models.Node("MatMul", ["x", "w"], ["h"]), Models.Node("NonZero", ["h"], ["i"]), Models.Node("Cast", ["i"], ["y"], Models.Attribute("to", 1)));
        proto.Graph.Initializer.Add(Models.Floats("w", [4, 3], 1));
        proto.Graph.Input[0] = Models.Port("x", 0, 0);
        var model = new OnnxModule(Models.Parse(proto));
        Assert.Contains("cannot be made a plan", Assert.Throws<OnnxException>(() => model.Compile(new Shape([2, 4]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Forward_Training_MovesRunningStatistics()
    {
        var model = Imported.Load("burn_mnist");
        var frozen = Imported.Load("burn_mnist", new() { FrozenStatistics = true });
        using var scope = MemoryScope.Begin();
        var (before, same) = (Imported.Bits(model), Imported.Bits(frozen));
        model.Forward(Imported.Images(8), Pass.Train(default));
        frozen.Forward(Imported.Images(8), Pass.Train(default));
        string[] changed = [.. Imported.Bits(model).Where(b => before[b.Key] != b.Value).Select(b => b.Key)];
        Assert.Equal(["norm1.running_mean", "norm1.running_var", "norm2.running_mean", "norm2.running_var"], changed);
        Assert.Equal(same, Imported.Bits(frozen));
    }

    [Fact]
    public void Forward_BatchNormOfPlainLayers_IsTheLayersOwn()
    {
        using var scope = MemoryScope.Begin();
        var native = new Sequential(new Conv2d(1, 4, 3), new BatchNorm2d(4), Activation.Of("relu"), new Flatten(), new Linear(4 * 26 * 26, 3)).Initialize(RandomKey.FromSeed(8));
        var document = OnnxExport.Batched(
            n => Graph.Trace(x => [native.Forward(x[0], Pass.Eval)], new Value(new TensorSpec([n, 1, 28, 28], DType.F32), "x")),
            new() { Parameters = native.NamedParameters().ToDictionary(p => p.Name, p => p.Parameter.Value, StringComparer.Ordinal) });
        var model = new OnnxModule(document.ToModel());
        var x = Imported.Images(6);
        for (int i = 0; i < 3; i++)
        {
            double expected = Imported.Step(native, x, i);
            Assert.Equal(expected, Imported.Step(model, x, i), 1e-5 * expected);
        }

        using var quiet = Autograd.NoGrad();
        Assert.Null(Export.RoundTrip.Difference(native.Forward(x, Pass.Eval), model.Forward(x, Pass.Eval), 1e-4));
    }

    [Fact]
    public void Forward_HalfPrecisionFile_TrainsInSingle()
    {
        var model = Imported.Load("SqueezeNet_fp16", new() { Outputs = 5 });
        Assert.All(model.Parameters, p => Assert.Equal(DType.F32, p.Value.DType));
    }

    [Fact]
    public void Forward_Dropout_DropsInTrainingOnly()
    {
        using var scope = MemoryScope.Begin();
        var proto = Models.Of(12, ["x"], ["y"], Models.Node("MatMul", ["x", "w"], ["h"]), Models.Node("Dropout", ["h"], ["y"]));
        proto.Graph.Initializer.Add(Models.Floats("w", [4, 64], 1));
        proto.Graph.Input[0] = Models.Port("x", 0, 4);
        var model = new OnnxModule(Models.Parse(proto));
        var x = Tensor.Ones([2, 4]);
        Assert.All(model.Forward(x, Pass.Eval).ToArray<float>(), v => Assert.Equal(4, v));
        float[] dropped = model.Forward(x, Pass.Train(RandomKey.FromSeed(1))).ToArray<float>();
        Assert.Equal([0, 8], dropped.Distinct().Order());
        Assert.Equal(dropped, model.Forward(x, Pass.Train(RandomKey.FromSeed(1))).ToArray<float>());
        Assert.NotEqual(dropped, model.Forward(x, Pass.Train(RandomKey.FromSeed(2))).ToArray<float>());
    }

    [Fact]
    public void FreshWeights_SameKey_SameBitsAndNoneOfTheFile()
    {
        var (a, b, file) = (Imported.Load("burn_mnist", new() { FreshWeights = true }), Imported.Load("burn_mnist", new() { FreshWeights = true }), Imported.Load("burn_mnist"));
        Assert.Equal(Imported.Bits(a), Imported.Bits(b));
        Assert.DoesNotContain(Imported.Bits(a), s => Imported.Bits(file)[s.Key] == s.Value);
        float[] weight = a.NamedParameters().Single(p => p.Name == "fc1.weight").Parameter.Value.ToArray<float>();
        Assert.Equal(1 / Math.Sqrt(11616), weight.Max(Math.Abs), 1e-4);
    }

    [Fact]
    public void Checkpoint_SaveAndLoad_GivesTheSameBits()
    {
        string path = Path.Combine(Path.GetTempPath(), $"mettle-{Guid.NewGuid():N}.safetensors");
        try
        {
            var model = Imported.Load("burn_mnist", new() { Outputs = 4 });
            Imported.Step(model, Imported.Images(4));
            Checkpoint.Save(model, path);
            var again = Imported.Load("burn_mnist", new() { Outputs = 4, FreshWeights = true });
            Checkpoint.Load(again, path);
            Assert.Equal(Imported.Bits(model), Imported.Bits(again));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void ExportSettings_TracedModule_NamesWeightsAsTheFileDid()
    {
        var model = Imported.Load("burn_mnist");
        using var scope = MemoryScope.Begin();
        var x = Imported.Images(3);
        Imported.Step(model, x);
        var document = OnnxExport.Batched(
            n => Graph.Trace(i => [model.Forward(i[0], Pass.Eval)], new Value(new TensorSpec([n, 1, 28, 28], DType.F32), model.Inputs[0])), model.ExportSettings);
        var again = document.ToModel();
        Assert.Equal(BurnNames, again.Graph.Initializers.Keys.Intersect(BurnNames).Order(StringComparer.Ordinal));
        Assert.Equal("33", again.Graph.Outputs.Single().Name);
        Assert.Equal("input.1", again.Graph.Inputs.Single().Name);
        using var quiet = Autograd.NoGrad();
        Assert.Null(Export.RoundTrip.Difference(model.Forward(x, Pass.Eval), new OnnxModule(again).Forward(x, Pass.Eval), 1e-4));
    }

    [Theory]
    [InlineData("randomforest", "its output 'output_label' is i64")]
    [InlineData("lgbm_classifier_tensor", "its output 'output' is i64")]
    public void New_ModelWithoutWeights_SaysSo(string name, string message)
        => Assert.Contains(message, Assert.Throws<OnnxException>(() => Imported.Load(name)).Message, StringComparison.Ordinal);

    [Fact]
    public void New_UnknownOutput_ListsThem()
    {
        var e = Assert.Throws<OnnxException>(() => Imported.Load("burn_mnist", new() { Output = "scores" }));
        Assert.Contains("there is no output 'scores'; there are: 33", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void New_BatchOfOneByConstruction_SaysSo()
    {
        var proto = Models.Of(13, ["x"], ["y"], Models.Node("MatMul", ["x", "w"], ["h"]), Models.Node("ReduceSum", ["h"], ["y"]));
        proto.Graph.Initializer.Add(Models.Floats("w", [4, 3], 1));
        proto.Graph.Input[0] = Models.Port("x", 1, 4);
        Assert.Contains("one sample at a time", Assert.Throws<OnnxException>(() => new OnnxModule(Models.Parse(proto))).Message, StringComparison.Ordinal);
    }
}

using Mettle.Graphs;

namespace Mettle.Onnx.Tests.Export;

/// <summary>Models from the wild as graphs and out again: the same outputs for their recorded inputs.</summary>
public sealed class RealModelExportTests
{
    public static TheoryData<string> Recorded => Archives.Names("reference");

    /// <summary>Models whose file leaves the batch size open.</summary>
    public static TheoryData<string> WithBatch =>
    [
        "basic_pitch_nmp", "cifar10_ImageClassifier", "dnsmos_model_v8", "godot_3DLander", "godot_JumperHard", "gtsrb-fast", "lgbm_classifier_tensor",
        "magika_standard_v3_3", "super_resolution_10",
    ];

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Fixed_ImportedModel_GivesTheSameOutputs(string name)
    {
        var recorded = Archives.Of("reference")[name];
        var model = Load(name);
        using var scope = MemoryScope.Begin();
        using var quiet = Autograd.NoGrad();
        var inputs = Inputs(recorded, model);
        var graph = Trace(model, inputs);
        var again = OnnxExport.Fixed(graph, OnnxExportSettings.Of(model)).ToModel();
        var expected = graph.Apply(inputs);
        var results = RoundTrip.Run(again, inputs);
        Assert.Equal(model.Graph.Required.Select(p => p.Name), again.Graph.Inputs.Select(i => i.Name));
        Assert.Equal(model.Graph.Outputs.Select(o => o.Name), again.Graph.Outputs.Select(o => o.Name));
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Null(RoundTrip.Difference(expected[i], results[i], 1e-5));
        }
    }

    [Theory]
    [MemberData(nameof(WithBatch))]
    public void Batched_ImportedModel_GivesTheSameOutputs(string name)
    {
        var recorded = Archives.Of("reference")[name];
        var model = Load(name);
        using var scope = MemoryScope.Begin();
        using var quiet = Autograd.NoGrad();
        var inputs = Inputs(recorded, model);
        var document = OnnxExport.Batched(n => Trace(model, [.. inputs.Select(t => Tensor.Zeros(t.Shape.With(0, n), t.DType))]), OnnxExportSettings.Of(model));
        var expected = Trace(model, inputs).Apply(inputs);
        var results = RoundTrip.Run(document.ToModel(), inputs);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Null(RoundTrip.Difference(expected[i], results[i], 1e-5));
        }
    }

    /// <summary>A model of the data folder.</summary>
    public static OnnxModel Load(string name) => OnnxModel.Load(Path.Combine(Archives.Folder!, "models", name + ".onnx"));

    /// <summary>The recorded inputs.</summary>
    internal static Tensor[] Inputs(RecordedCase recorded, OnnxModel model)
    {
        string set = recorded.Files.Keys.First(f => f.Contains('/', StringComparison.Ordinal)).Split('/')[0];
        return [.. model.Graph.Required.Select((p, i) => Assert.IsType<TensorValue>(ValueFile.Parse(recorded.Files[$"{set}/input_{i}.pb"], p.Type)).Tensor)];
    }

    /// <summary>The model for inputs of these shapes.</summary>
    internal static Graph Trace(OnnxModel model, Tensor[] inputs)
        => OnnxGraphs.Trace(model, model.Graph.Required.Zip(inputs).ToDictionary(p => p.First.Name, p => p.Second.Shape, StringComparer.Ordinal));
}

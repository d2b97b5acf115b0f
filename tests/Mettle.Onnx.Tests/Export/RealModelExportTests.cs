namespace Mettle.Onnx.Tests.Export;

/// <summary>Models from the wild as graphs and out again: the same outputs for their recorded inputs.</summary>
public sealed class RealModelExportTests
{
    public static TheoryData<string> Recorded => Archives.Names("reference");

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Fixed_ImportedModel_GivesTheSameOutputs(string name)
    {
        var recorded = Archives.Of("reference")[name];
        var model = OnnxModel.Load(Path.Combine(Archives.Folder!, "models", name + ".onnx"));
        using var scope = MemoryScope.Begin();
        using var quiet = Autograd.NoGrad();
        string set = recorded.Files.Keys.First(f => f.Contains('/', StringComparison.Ordinal)).Split('/')[0];
        OnnxPort[] ports = [.. model.Graph.Required];
        Tensor[] inputs = [.. ports.Select((p, i) => Assert.IsType<TensorValue>(ValueFile.Parse(recorded.Files[$"{set}/input_{i}.pb"], p.Type)).Tensor)];
        var graph = OnnxGraphs.Trace(model, ports.Zip(inputs).ToDictionary(p => p.First.Name, p => p.Second.Shape, StringComparer.Ordinal));
        var document = OnnxExport.Fixed(graph, new() { Name = name, OutputNames = [.. model.Graph.Outputs.Select(o => o.Name)] });
        var again = document.ToModel();
        var expected = graph.Apply(inputs);
        var results = RoundTrip.Run(again, inputs);
        Assert.Equal(ports.Select(p => p.Name), again.Graph.Inputs.Select(i => i.Name));
        Assert.Equal(model.Graph.Outputs.Select(o => o.Name), again.Graph.Outputs.Select(o => o.Name));
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Null(RoundTrip.Difference(expected[i], results[i], 1e-5));
        }
    }
}

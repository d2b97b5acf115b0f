namespace Mettle.Onnx.Tests.Export;

/// <summary>Exported models in ONNX Runtime: the outputs of the model itself.</summary>
public sealed class OnnxRuntimeTests
{
    private const double Tolerance = 1e-5;

    public static TheoryData<string> Names => [.. Architectures.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Batched_InOnnxRuntime_GivesTheModelsOutputs(string name)
    {
        Assert.SkipWhen(OnnxRuntime.File is null, "ONNX Runtime's library is not there: bench/peers/install fetches it");
        var architecture = Architectures.Of(name);
        var document = OnnxExport.Batched(architecture.Trace);
        var model = document.ToModel();
        foreach (int batch in new[] { 1, 5, 16 })
        {
            using var scope = MemoryScope.Begin();
            var inputs = architecture.Inputs(batch);
            var expected = architecture.Module.Forward(inputs, Nn.Pass.Eval).Detach();
            var result = Tensor.Zeros(expected.Shape);
            OnnxRuntime.Run(document.ToBytes(), [.. model.Graph.Inputs.Zip(inputs, (p, t) => (p.Name, t))], [(model.Graph.Outputs[0].Name, result)]);
            Assert.Null(RoundTrip.Difference(expected, result, Tolerance));
        }
    }
}

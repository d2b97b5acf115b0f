namespace Mettle.Onnx.Tests.Export;

/// <summary>Models of the Nn library with an open batch size, out and in again.</summary>
public sealed class ArchitectureTests
{
    private const double Rounding = 1e-6;

    // What operator set 17 lacks (gelu, groups of several channels, attention) is written in simpler operators, which round in between.
    private static readonly string[] Rounded = ["mlp gelu layer norm", "mlp other activations", "cnn group norm", "residual cnn", "sequence cnn", "transformer"];

    public static TheoryData<string> Names => [.. Architectures.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Batched_OtherBatchSizes_ComeBackTheSame(string name)
    {
        var architecture = Architectures.Of(name);
        var model = OnnxExport.Batched(architecture.Trace).ToModel();
        Assert.All(model.Graph.Inputs.Concat(model.Graph.Outputs), p => Assert.Equal("N", p.Type!.Dims![0]));
        foreach (int batch in new[] { 1, 2, 4, 7, 64 })
        {
            using var scope = MemoryScope.Begin();
            var inputs = architecture.Inputs(batch);
            var expected = architecture.Module.Forward(inputs, Nn.Pass.Eval).Detach();
            Assert.Null(RoundTrip.Difference(expected, Assert.Single(RoundTrip.Run(model, inputs)), Rounded.Contains(name) ? Rounding : 0));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fixed_OneRow_ComesBackTheSame(string name)
    {
        var architecture = Architectures.Of(name);
        using var scope = MemoryScope.Begin();
        var inputs = architecture.Inputs(1);
        var model = OnnxExport.Fixed(architecture.Trace(1)).ToModel();
        var expected = architecture.Module.Forward(inputs, Nn.Pass.Eval).Detach();
        Assert.Null(RoundTrip.Difference(expected, Assert.Single(RoundTrip.Run(model, inputs)), Rounded.Contains(name) ? Rounding : 0));
    }
}

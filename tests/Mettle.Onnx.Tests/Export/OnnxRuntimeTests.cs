using Mettle.Core.Tests.Conformance;
using Mettle.Graphs;

namespace Mettle.Onnx.Tests.Export;

/// <summary>Exported models in ONNX Runtime: the outputs of the model itself.</summary>
public sealed class OnnxRuntimeTests
{
    private const string Missing = "ONNX Runtime's library is not there: bench/peers/onnxruntime fetches it";
    private const double Tolerance = 1e-5, Winograd = 1e-4;

    // What ONNX Runtime's own kernels lack or do otherwise.
    private static readonly Dictionary<string, string> Lacking = new(StringComparer.Ordinal)
    {
        // A product over no elements is what was in memory before.
        ["attention"] = "no width",
        ["conv_integer"] = "Non per-tensor quantization is not supported",
        ["quantized_conv"] = "Non per-tensor quantization is not supported",
    };

    public static TheoryData<string> Names => [.. Architectures.Names];

    public static TheoryData<string> Ops => [.. OpTable.All.Select(o => o.Name)];

    public static TheoryData<string> Recorded => Archives.Names("reference");

    [Theory]
    [MemberData(nameof(Names))]
    public void Batched_InOnnxRuntime_GivesTheModelsOutputs(string name)
    {
        Assert.SkipWhen(OnnxRuntime.File is null, Missing);
        var architecture = Architectures.Of(name);
        var document = OnnxExport.Batched(architecture.Trace);
        foreach (int batch in new[] { 1, 5, 16 })
        {
            using var scope = MemoryScope.Begin();
            var inputs = architecture.Inputs(batch);
            var expected = architecture.Module.Forward(inputs, Nn.Pass.Eval).Detach();
            Assert.Null(RoundTrip.Difference(expected, Assert.Single(Run(document, inputs, [expected])), Tolerance));
        }
    }

    [Theory]
    [MemberData(nameof(Ops))]
    public void Fixed_EverySampleInOnnxRuntime_GivesTheSame(string name)
    {
        Assert.SkipWhen(OnnxRuntime.File is null, Missing);
        var faults = new List<string>();
        foreach (var sample in OpTable.All.Single(o => o.Name == name).Samples().Where(s => FormTable.Refusal(s.Op) is null))
        {
            using var scope = MemoryScope.Begin();
            using var quiet = Autograd.NoGrad();
            var inputs = Draw.Inputs(name, sample, DType.F32);
            var expected = sample.Op.ApplyAll(inputs);
            int[] all = [.. Enumerable.Range(0, expected.Length)];
            foreach (int[] wanted in all.Length > 1 ? [all, [0]] : new[] { all })
            {
                try
                {
                    var results = Run(OnnxExport.Fixed(RoundTrip.Of(sample.Op, inputs, wanted)), inputs, [.. wanted.Select(w => expected[w])]);
                    faults.AddRange(wanted.Select((w, i) => RoundTrip.Difference(expected[w], results[i], sample.Op is ConvolutionOp { Winograd: true } ? Winograd : Tolerance) is { } d
                        ? $"{sample.Title}, result {w} of {wanted.Length}: {d}" : "").Where(f => f.Length > 0));
                }
                catch (InvalidOperationException e)
                {
                    faults.Add($"{sample.Title}: {e.Message}");
                }
            }
        }

        if (Lacking.TryGetValue(name, out string? reason))
        {
            Assert.NotEmpty(faults);
            Assert.All(faults, f => Assert.Contains(reason, f, StringComparison.Ordinal));
        }
        else
        {
            Assert.True(faults.Count == 0, string.Join("\n", faults));
        }
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Fixed_ImportedModelInOnnxRuntime_GivesTheSameOutputs(string name)
    {
        Assert.SkipWhen(OnnxRuntime.File is null, Missing);
        var recorded = Archives.Of("reference")[name];
        var model = RealModelExportTests.Load(name);
        using var scope = MemoryScope.Begin();
        using var quiet = Autograd.NoGrad();
        var inputs = RealModelExportTests.Inputs(recorded, model);
        var graph = RealModelExportTests.Trace(model, inputs);
        var expected = graph.Apply(inputs);
        var results = Run(OnnxExport.Fixed(graph), inputs, expected);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Null(Comparison.Difference(OnnxValue.From(expected[i]), OnnxValue.From(results[i]), 1e-3, Tolerance));
        }
    }

    private static Tensor[] Run(OnnxDocument document, Tensor[] inputs, Tensor[] like)
    {
        var graph = document.ToModel().Graph;
        return OnnxRuntime.Run(document.ToBytes(), [.. graph.Inputs.Zip(inputs, (p, t) => (p.Name, t))], [.. graph.Outputs.Zip(like, (p, t) => (p.Name, t.Spec))]);
    }
}

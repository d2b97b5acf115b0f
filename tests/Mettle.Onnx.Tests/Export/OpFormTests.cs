using Mettle.Core.Tests.Conformance;

namespace Mettle.Onnx.Tests.Export;

/// <summary>Every op of the engine, alone, out and in again on the samples of the op table.</summary>
public sealed class OpFormTests
{
    private const double Rounding = 1e-6, Winograd = 1e-4;

    // Ops without ONNX form in some sample: random numbers (dropout of attention weights too), gradients, and trees without their votes.
    private static readonly string[] Refused = ["attention", "avg_pool_backward", "conv_weight_grad", "dropout", "self_attention", "slice_backward", "tree_leaves"];

    // Not the same bits. Without an operator of their own in set 17: gelu, attention, batch norm while training, groups of several channels,
    // and the further results of norms and recurrent layers, which no one needs for inference. Their kernels round fewer times than the ops
    // they are written in, or add in another order (smoothed cross-entropy). A Winograd convolution becomes a direct one; sums of 8-bit products with a bias in f32 are rounded once here.
    private static readonly string[] Rounded =
    [
        "attention", "batch_norm", "cross_entropy", "gelu", "gelu_tanh", "group_norm", "gru", "layer_norm", "lstm", "quantized_conv", "quantized_linear", "self_attention",
    ];

    public static TheoryData<string> Names => [.. OpTable.All.Select(o => o.Name)];

    // Epsilon is f32 in ONNX, so in f64 batch norm is decomposed too.
    private static double Tolerance(string name, OpSample sample, DType type)
        => sample.Op is ConvolutionOp { Winograd: true } ? Winograd : Rounded.Contains(name) || (type == DType.F64 && name == "batch_norm_inference") ? Rounding : 0;

    [Theory]
    [MemberData(nameof(Names))]
    public void Fixed_EverySampleInF32_ComesBack(string name) => Check(name, DType.F32);

    [Theory]
    [MemberData(nameof(Names))]
    public void Fixed_EverySampleInF64_ComesBack(string name) => Check(name, DType.F64);

    private static void Check(string name, DType type)
    {
        var info = OpTable.All.Single(o => o.Name == name);
        var faults = new List<string>();
        int refused = 0;
        foreach (var sample in info.Samples())
        {
            using var scope = MemoryScope.Begin();
            using var quiet = Autograd.NoGrad();
            var inputs = Draw.Inputs(name, sample, type);
            var expected = sample.Op.ApplyAll(inputs);
            int[] all = [.. Enumerable.Range(0, expected.Length)];
            foreach (int[] wanted in all.Length > 1 ? [all, [0]] : new[] { all })
            {
                try
                {
                    var model = OnnxExport.Fixed(RoundTrip.Of(sample.Op, inputs, wanted)).ToModel();
                    var results = RoundTrip.Run(model, inputs);
                    faults.AddRange(wanted.Select((w, i) => RoundTrip.Difference(expected[w], results[i], Tolerance(name, sample, type)) is { } d
                        ? $"{sample.Title}, result {w} of {wanted.Length}: {d}" : "").Where(f => f.Length > 0));
                }
                catch (OnnxException e) when (e.Message.Contains("no ONNX form", StringComparison.Ordinal))
                {
                    Assert.Contains($"{name} (1 times): it ", e.Message, StringComparison.Ordinal);
                    refused++;
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join("\n", faults));
        Assert.Equal(Refused.Contains(name), refused > 0);
    }
}

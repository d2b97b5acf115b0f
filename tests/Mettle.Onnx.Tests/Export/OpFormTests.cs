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
    // they are written in. A Winograd convolution becomes a direct one; sums of 8-bit products with a bias in f32 are rounded once here.
    private static readonly string[] Rounded =
    [
        "attention", "batch_norm", "gelu", "gelu_tanh", "group_norm", "gru", "layer_norm", "lstm", "quantized_conv", "quantized_linear", "self_attention",
    ];

    public static TheoryData<string> Names => [.. OpTable.All.Select(o => o.Name)];

    private static double Tolerance(string name, OpSample sample)
        => sample.Op is ConvolutionOp { Winograd: true } ? Winograd : sample.Op is Conv || !Rounded.Contains(name) ? 0 : Rounding;

    [Theory]
    [MemberData(nameof(Names))]
    public void Fixed_EverySample_ComesBack(string name)
    {
        var info = OpTable.All.Single(o => o.Name == name);
        var faults = new List<string>();
        int refused = 0;
        foreach (var sample in info.Samples())
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
                    var model = OnnxExport.Fixed(RoundTrip.Of(sample.Op, inputs, wanted)).ToModel();
                    var results = RoundTrip.Run(model, inputs);
                    faults.AddRange(wanted.Select((w, i) => RoundTrip.Difference(expected[w], results[i], Tolerance(name, sample)) is { } d
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

using Mettle.Graphs.Passes;
using static Mettle.Graphs.Tests.Passes.PassCase;

namespace Mettle.Graphs.Tests.Passes;

/// <summary>Convolutions and poolings made ready for evaluation.</summary>
public sealed class ConvolutionEndingTests
{
    private static readonly Tensor Filters = Weight("filters", 8, 3, 3, 3);
    private static readonly Tensor Depthwise = Weight("depthwise", 3, 1, 3, 3);
    private static readonly Tensor Channels = Weight("channels", 8);

    public static TheoryData<string> Fused => [.. Cases.Keys];

    // Model, and what must be left of it.
    private static Dictionary<string, (Func<Tensor, Tensor[]> Body, string[] Ops)> Cases { get; } = new()
    {
        ["plain"] = (x => [x.Conv2d(Filters)], ["conv_inference"]),
        ["rectifier"] = (x => [x.Conv2d(Filters, Channels, padding: 1).Relu()], ["conv_inference"]),
        ["bounds"] = (x => [Between(x.Conv2d(Filters, Channels), -0.5, 0.25)], ["conv_inference"]),
        ["sum and rectifier"] = (x => [(x.Conv2d(Filters, padding: 1) + Weight("sum", 2, 8, 6, 7)).Relu()], ["conv_inference"]),
        ["sum of two"] = (x => [x.Conv2d(Filters) + x.Conv2d(Weight("others", 8, 3, 3, 3))], ["conv_inference", "conv_inference"]),
        ["padding on one side"] = (x => [x.Pad([0, 0, 0, 1], [0, 0, 1, 0]).Conv2d(Filters).Relu()], ["conv_inference"]),
        ["depthwise"] = (x => [x.Conv2d(Depthwise, padding: 1, groups: 3).Relu()], ["conv_inference"]),
        ["depthwise and sum"] = (x => [x.Conv2d(Depthwise, padding: 1, groups: 3) + x], ["conv_inference", "add"]),
        ["two rectifiers"] = (x => [Between(x.Conv2d(Filters).Relu(), 0.25, 0.5)], ["conv_inference", "maximum", "minimum"]),
        ["bounds that cross"] = (x => [Tensor.Minimum(Tensor.Maximum(x.Conv2d(Filters), Tensor.Full([2, 8, 4, 5], 0.5)), Tensor.Full([2, 8, 4, 5], -0.5))], ["conv_inference", "minimum"]),
        ["read twice"] = (x => { var y = x.Conv2d(Filters); return [y, y.Relu()]; }, ["conv_inference", "relu"]),
        ["padding of channels"] = (x => [x.Narrow(1, 0, 2).Pad([0, 0, 0, 0], [0, 1, 0, 0]).Conv2d(Filters)], ["slice", "pad", "conv_inference"]),
        ["padding of ones"] = (x => [x.Pad([0, 0, 1, 1], [0, 0, 1, 1], 1).Conv2d(Filters)], ["pad", "conv_inference"]),
        ["maxima of windows"] = (x => [x.MaxPool2d(2)], ["window_max"]),
    };

    [Theory]
    [MemberData(nameof(Fused))]
    public void ForInference_Convolution_IsOneOpOfTheSameBits(string name)
    {
        using var scope = MemoryScope.Begin();
        var (body, ops) = Cases[name];
        var graph = Trace([2, 3, 6, 7], body);
        var fused = graph.ForInference();
        Assert.Equal(ops, fused.Ops());
        AssertEqual(graph, fused);
    }

    [Fact]
    public void Plan_FiltersWrittenTo_GivesResultsOfTheNewOnes()
    {
        using var scope = MemoryScope.Begin();
        var filters = (Weight("written", 8, 3, 3, 3) * 1).Persist();
        var plan = Plan.Compile(Trace([1, 3, 6, 7], x => [x.Conv2d(filters, Channels)]).ForInference());
        var x = Tensor.Normal(Key, [1, 3, 6, 7]);
        plan.Run(x);
        filters.MutableSpan<float>().Fill(0.25f);
        Assert.Equal(x.Conv2d(filters, Channels).ToBytes(), plan.Run(x)[0].ToBytes());
    }

    private static Tensor Between(Tensor x, double low, double high)
        => Tensor.Minimum(Tensor.Maximum(x, Tensor.Full(x.Shape, low)), Tensor.Full(x.Shape, high));
}

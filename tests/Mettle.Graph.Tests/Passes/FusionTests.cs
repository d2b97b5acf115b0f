using Mettle.Graphs.Passes;
using static Mettle.Graphs.Tests.Passes.PassCase;

namespace Mettle.Graphs.Tests.Passes;

/// <summary>Passes that change roundings.</summary>
public sealed class FusionTests
{
    private static readonly Tensor Filters = Weight("filters", 8, 3, 3, 3);
    private static readonly Tensor Channels = Weight("channels", 8);
    private static readonly Tensor Mean = Weight("mean", 8);
    private static readonly Tensor Variance = (Weight("variance", 8).Square() + 0.1).Persist();

    public static TheoryData<string> Fused => [.. Cases.Keys];

    public static TheoryData<string> Kept => [.. Others.Keys];

    // Model, and what must be left of it.
    private static Dictionary<string, (Shape Shape, Func<Tensor, Tensor> Body, string[] Ops, double Error)> Cases { get; } = new()
    {
        ["batch norm after conv"] = ([2, 3, 6, 6], x => x.Conv2d(Filters).BatchNorm(Mean, Variance, Channels, Mean), ["conv_inference"], 2e-6),
        ["batch norm after conv with bias"] = ([2, 3, 6, 6], x => x.Conv2d(Filters, Channels).BatchNorm(Mean, Variance, null, null), ["conv_inference"], 2e-6),
        ["batch norm after affine"] = ([5, 6], x => x.Affine(Weight("dense", 8, 6), Channels).BatchNorm(Mean, Variance, Channels, Mean), ["affine"], 2e-6),
        ["batch norm with sum and rectifier after conv"] = ([2, 3, 6, 6], x => x.Conv2d(Filters).BatchNorm(Mean, Variance, Channels, Mean, rectified: true, shortcut: x.Conv2d(Weight("around", 8, 3, 3, 3))), ["conv_inference", "conv_inference"], 2e-6),
        ["batch norm with rectifier after conv"] = ([2, 3, 6, 6], x => x.Conv2d(Filters).BatchNorm(Mean, Variance, null, null, rectified: true), ["conv_inference"], 2e-6),
        ["batch norm with sum after conv"] = ([2, 3, 6, 6], x => x.Conv2d(Filters).BatchNorm(Mean, Variance, null, null, shortcut: Weight("added", 2, 8, 4, 4)), ["conv_inference"], 2e-6),
        ["factor and addend per channel"] = ([2, 3, 6, 6], x => (x.Conv2d(Filters) * Channels.Reshape(8, 1, 1)) + Mean.Reshape(1, 8, 1, 1), ["conv_inference"], 2e-6),
        ["subtrahend and divisor"] = ([2, 3, 6, 6], x => (x.Conv2d(Filters) - 0.5) / 3, ["conv_inference"], 2e-6),
        ["addend after movements"] = ([2, 3, 6, 6], x => -(x.Conv2d(Filters).Permute(0, 2, 3, 1).Reshape(2, 16, 2, 4) + Channels.Reshape(2, 4)), ["conv_inference", "permute", "reshape"], 2e-6),
        ["addend to heads"] = ([5, 6], x => x.MatMul(Weight("heads", 6, 8)).Reshape(1, 5, 2, 4) + Channels.Reshape(2, 4), ["affine", "reshape"], 2e-6),
        ["shifted softmax"] = ([4, 6], x => (x - Tensor.Maximum(x.Max(1), Tensor.Full([4], double.NegativeInfinity)).Unsqueeze(1)).Softmax(), ["softmax"], 1e-6),
        ["factors"] = ([7], x => x * Weight("factor", 7) * 3 * Weight("other", 7), ["mul"], 4e-7),
        ["sum of one"] = ([7, 1], x => x.Sum(1) + 0, ["reshape"], 1e-9),
        ["silu"] = ([7, 9], x => x.Sigmoid() * x, ["silu"], 4e-7),
        ["gelu"] = ([7, 9], x => x * 0.5 * (1 + (x / Math.Sqrt(2)).Erf()), ["gelu"], 4e-7),
        ["gelu, half last"] = ([7, 9], x => x * ((x * Math.Sqrt(0.5)).Erf() + 1) * 0.5, ["gelu"], 4e-7),
        ["gelu by tanh"] = ([7, 9], x => x * 0.5 * (((x + (x.Pow(Three(x)) * 0.044715)) * Math.Sqrt(2 / Math.PI)).Tanh() + 1), ["gelu_tanh"], 4e-7),
        ["gelu by tanh, factored"] = ([7, 9], x => x * (((x * Math.Sqrt(2 / Math.PI) * ((x * x * 0.044715) + 1)).Tanh() + 1) * 0.5), ["gelu_tanh"], 4e-7),
        ["softmax"] = ([4, 5, 6], x => Over((x - x.Max(1).Unsqueeze(1)).Exp(), 1), ["softmax"], 1e-6),
        ["softmax without maximum"] = ([4, 6], x => Over(x.Exp(), 1), ["softmax"], 1e-6),
        ["layer norm"] = ([4, 5, 8], x => Standard(x, 2), ["layer_norm"], 1e-6),
        ["layer norm with pow, weight and bias"] = ([4, 8], x => ((x - x.KeepMean([1])) / ((x - x.KeepMean([1])).Pow(Two(x)).KeepMean([1]) + 1e-5).Sqrt() * Channels) + Mean, ["layer_norm"], 1e-6),
        ["layer norm over two axes"] = ([4, 5, 8], x => Standard(x, 1, 2), ["layer_norm"], 1e-6),
        ["square"] = ([9], x => x.Pow(Two(x)), ["mul"], 4e-7),
        ["cube"] = ([9], x => x.Pow(Three(x)), ["mul", "mul"], 4e-7),
        ["root"] = ([9], x => x.Exp().Pow(Tensor.Full([9], 0.5)), ["exp", "sqrt"], 4e-7),
        ["reciprocal"] = ([9], x => x.Exp().Pow(Tensor.Full([9], -1)), ["exp", "div"], 4e-7),
        ["one-hot rows times a matrix"] = ([3, 4], x => OneHot((x * 3).Round().To(DType.I64), 5).Affine(Weight("rows", 7, 5), Weight("row", 7), rectified: true), ["mul", "round", "cast", "maximum", "minimum", "add", "index_select"], 1e-9),
        ["one-hot rows of known range times a matrix"] = ([3, 5], x => OneHot(x.ArgMax(1).To(DType.I32), 5).Affine(Weight("rows", 7, 5)), ["argmax", "cast", "cast", "index_select"], 1e-9),
        ["one-hot rows times others, summed"] = ([3, 5], x => (OneHot(x.ArgMax(1), 5) * x).Sum(1), ["argmax", "index_select"], 1e-9),
        ["one-hot columns times one, summed"] = ([3, 5, 1], x => (x * OneHot(x.Broadcast([3, 5, 4]).ArgMax(1), 5, 1)).Sum(1), ["broadcast", "argmax", "reshape", "index_select"], 1e-9),
        ["function of known rows"] = ([40, 5], x => new IndexSelect(0).Apply(Weight("rows", 5, 7), x.ArgMax(1)).Tanh(), ["argmax", "index_select"], 1e-9),
        ["layer on flattened images"] = ([2, 3, 6, 6], x => x.Conv2d(Filters).Tanh().Flatten(1).Affine(Weight("flat", 5, 128)), ["conv_inference", "tanh", "permute", "reshape", "affine"], 2e-6),
        ["reciprocal root"] = ([9], x => x.Exp().Pow(Tensor.Full([9], -0.5)), ["exp", "sqrt", "div"], 4e-7),
    };

    // Near the patterns, but other functions, or with values that others read.
    private static Dictionary<string, (Shape Shape, Func<Tensor, Tensor[]> Body)> Others { get; } = new()
    {
        ["conv read twice"] = ([2, 3, 6, 6], x =>
        {
            var y = x.Conv2d(Filters);
            return [y, y.BatchNorm(Mean, Variance, null, null)];
        }
        ),
        ["factor of columns"] = ([2, 3, 6, 10], x => [x.Conv2d(Filters) * Channels]),
        ["weights from input"] = ([8, 8, 3, 3], x => [x.Conv2d(x, padding: 1).BatchNorm(Mean, Variance, null, null)]),
        ["divided by a product"] = ([2, 3, 6, 6], x => [2 / x.Conv2d(Filters)]),
        ["gate of another value"] = ([7, 9], x => [(x + 2).Sigmoid() * x]),
        ["gate is returned"] = ([7, 9], x =>
        {
            var gate = x.Sigmoid();
            return [gate, gate * x];
        }
        ),
        ["erf of another scale"] = ([7, 9], x => [x * 0.5 * (1 + x.Erf())]),
        ["quotient of another sum"] = ([6, 6], x => [x.Exp() / x.Exp().Sum(1)]),
        ["exponentials are returned"] = ([4, 6], x =>
        {
            var e = x.Exp();
            return [e, Over(e, 1)];
        }
        ),
        ["variance of first axis"] = ([4, 8], x => [Standard(x, 0)]),
        ["sums instead of means"] = ([4, 8], x => [(x - x.KeepMean([1])) / ((x - x.KeepMean([1])).Square().Sum(1).Unsqueeze(1) + 1e-5).Sqrt()]),
        ["mean along the other axis"] = ([8, 8], x => [(x - x.Mean(1)) / ((x - x.Mean(1)).Square().KeepMean([1]) + 1e-5).Sqrt()]),
        ["addend of places"] = ([2, 3, 6, 6], x => [x.Conv2d(Filters).Permute(0, 2, 3, 1).Reshape(2, 16, 8) + Weight("places", 16, 1)]),
        ["softmax shifted by another axis"] = ([6, 6], x => [(x - x.Max(1)).Softmax()]),
        ["another power"] = ([9], x => [x.Exp().Pow(Tensor.Full([9], 1.5))]),
    };

    [Theory]
    [MemberData(nameof(Fused))]
    public void ForInference_OfAPattern_GivesOneOpWithinItsError(string name)
    {
        using var scope = MemoryScope.Begin();
        var (shape, body, ops, error) = Cases[name];
        var graph = Trace(shape, x => [body(x)]);

        var fused = graph.ForInference();

        Assert.Equal(ops, fused.Ops());
        AssertEqual(graph, fused, error);
        AssertEqual(graph, Simplification.Run(graph, fixedParameters: true, sameBits: true));
    }

    [Fact]
    public void FlattenedImages_InAPlan_AreNotCopied()
    {
        using var scope = MemoryScope.Begin();
        var graph = Trace([2, 3, 6, 6], x => [x.Conv2d(Filters).Tanh().Flatten(1).Affine(Weight("flat", 5, 128))]);

        Assert.Equal(4, Plan.Compile(graph).Steps);
        Assert.Equal(3, Plan.Compile(FlattenedImages.Run(graph)).Steps);
    }

    [Theory]
    [MemberData(nameof(Kept))]
    public void ForInference_OfOtherThings_LeavesThem(string name)
    {
        using var scope = MemoryScope.Begin();
        var (shape, body) = Others[name];
        var graph = Trace(shape, body);

        var kept = graph.ForInference();

        Assert.Empty(kept.Ops().Intersect(["silu", "gelu", "gelu_tanh", "layer_norm"]));
        foreach (string op in new[] { "batch_norm_inference", "div", "pow", "add", "sub", "softmax" })
        {
            Assert.Equal(graph.Ops().Contains(op), kept.Ops().Contains(op));
        }

        AssertEqual(graph, kept, 1e-6);
    }

    [Fact]
    public void ChannelFolding_OfParameters_OnlyIfTheyAreFixed()
    {
        using var scope = MemoryScope.Begin();
        var w = Tensor.Ones([8, 3, 3, 3]).AsParameter();
        var graph = Trace([2, 3, 6, 6], x => [x.Conv2d(w).BatchNorm(Mean, Variance, null, null)]);

        Assert.Same(graph, ChannelFolding.Run(graph));
        Assert.Equal(["conv"], ChannelFolding.Run(graph, fixedParameters: true).Ops());
    }

    private static Tensor Two(Tensor x) => Tensor.Full(x.Shape, 2);

    private static Tensor Three(Tensor x) => Tensor.Full(x.Shape, 3);

    // As files spell it: 1 where the place along a new axis (null: the last) is the label, labels outside having none.
    private static Tensor OneHot(Tensor labels, int classes, int? axis = null)
    {
        int at = axis ?? labels.Rank;
        var shape = labels.Shape.Insert(at, classes);
        var line = Tensor.Arange(classes, labels.DType).Reshape(new Shape([classes, .. Enumerable.Repeat(1, shape.Rank - at - 1)]));
        return Equal.Instance.Apply(labels.Unsqueeze(at).Broadcast(shape), line.Broadcast(shape)).To(DType.F32);
    }

    private static Tensor Over(Tensor e, int axis) => e / e.Sum(axis).Unsqueeze(axis);

    private static Tensor Standard(Tensor x, params int[] axes)
    {
        var centred = x - x.KeepMean(axes);
        return centred / (centred.Square().KeepMean(axes) + 1e-5).Sqrt();
    }
}

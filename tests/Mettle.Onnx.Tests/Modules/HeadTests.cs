using Mettle.Nn;

namespace Mettle.Onnx.Tests.Modules;

/// <summary>New last layers.</summary>
public sealed class HeadTests
{
    [Theory]
    [InlineData("mnist-8", "1,28,28", 256, "Parameter193")]
    [InlineData("burn_mnist", "1,28,28", 32, "fc2.weight")]
    [InlineData("self-attention-mnist-pgd-medium-sim", "28,28,1", 144, "model/dense_1/MatMul/ReadVariableOp:0")]
    [InlineData("cifar_deep_kw", "3,32,32", 100, "11")]
    [InlineData("cifar10_ImageClassifier", "3,32,32", 2400, "fc1.weight")]
    [InlineData("SqueezeNet_fp16", "3,224,224", 512, "conv10_w_0")]
    [InlineData("ACASXU_experimental_v2a_1_1", "1,1,5", 50, "linear_7_MatMul_W")]
    [InlineData("dnsmos_model_v8", "900,120", 64, "mos_estimator_small_1/dense_5/MatMul/ReadVariableOp/resource:0")]
    [InlineData("magika_standard_v3_3", "2048", 512, "jax2tf_get_logits_/Const_24:0")]
    public void Outputs_RealModel_ReplacesTheLastLayer(string name, string sample, int features, string gone)
    {
        var (whole, model) = (Imported.Load(name), Imported.Load(name, new() { Outputs = 7 }));
        using var scope = MemoryScope.Begin();
        Assert.Equal([7, features], model.Head!.Weight.Shape);
        Assert.Contains(gone, whole.StateDict().Keys);
        Assert.DoesNotContain(gone, model.StateDict().Keys);
        Assert.Equal(whole.LayerCount - 1, model.LayerCount);
        Shape shape = [2, .. sample.Split(',').Select(int.Parse)];
        var x = name.StartsWith("magika", StringComparison.Ordinal) ? Tensor.Zeros(shape, DType.I32) : Tensor.Uniform(RandomKey.FromSeed(4), shape);
        Assert.Equal([2, 7], model.Forward(x, Pass.Train(RandomKey.FromSeed(1))).Shape);
    }

    [Theory]
    [InlineData("super_resolution_10", "the last layer with weights is Conv '15', after which come Reshape, Transpose, Reshape")]
    [InlineData("ultraface-RFB-320", "is one of 4 branches")]
    [InlineData("yunet_n_320_320", "after which come Transpose, Reshape, Sigmoid")]
    [InlineData("randomforest", "no layer with weights comes before it, only TreeEnsembleClassifier, Cast")]
    public void Outputs_NoLastLayer_SaysWhatWasFound(string name, string message)
    {
        var e = Assert.Throws<OnnxException>(() => Imported.Load(name, new() { Outputs = 3 }));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Contains("features", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Features_NamedValue_IsWhatTheNewLayerReads()
    {
        var model = Imported.Load("super_resolution_10", new() { Outputs = 3, Features = "14", Sample = [1, 24, 24] });
        using var scope = MemoryScope.Begin();
        Assert.Equal([3, 32], model.Head!.Weight.Shape);
        Assert.DoesNotContain("conv4.weight", model.StateDict().Keys);
        Assert.Equal([2, 3], model.Forward(Tensor.Zeros([2, 1, 24, 24]), Pass.Eval).Shape);
    }

    [Theory]
    [InlineData("burn_mnist")]
    [InlineData("self-attention-mnist-pgd-medium-sim")]
    public void Logits_ModelWithSoftmax_GivesWhatWentIntoIt(string name)
    {
        var (whole, logits) = (Imported.Load(name), Imported.Load(name, new() { Logits = true }));
        using var scope = MemoryScope.Begin();
        var x = Imported.Images(3).Reshape(whole.InputTypes[0]!.Dims![^1] == "1" ? new Shape([3, 28, 28, 1]) : new Shape([3, 1, 28, 28]));
        var (y, z) = (whole.Forward(x, Pass.Eval), logits.Forward(x, Pass.Eval));
        Assert.Null(Export.RoundTrip.Difference(name == "burn_mnist" ? y : y.Log(), z.LogSoftmax(1), 1e-4));
        Assert.NotNull(Export.RoundTrip.Difference(y, z, 1e-2));
    }
}

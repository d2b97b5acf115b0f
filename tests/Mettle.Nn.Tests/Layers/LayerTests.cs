namespace Mettle.Nn.Tests;

public sealed class LayerTests : IDisposable
{
    private readonly MemoryScope scope = MemoryScope.Begin();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Linear_Matrix_Passes() => LayerTest.Run(() => new Linear(5, 3), [4, 5], [4, 3], "weight", "bias");

    [Fact]
    public void Linear_ThreeAxesWithoutBias_Passes() => LayerTest.Run(() => new Linear(5, 3, bias: false), [2, 4, 5], [2, 4, 3], "weight");

    [Theory]
    [InlineData("relu")]
    [InlineData("leaky_relu")]
    [InlineData("elu")]
    [InlineData("gelu")]
    [InlineData("gelu_tanh")]
    [InlineData("silu")]
    [InlineData("tanh")]
    [InlineData("sigmoid")]
    [InlineData("softplus")]
    [InlineData("identity")]
    public void Activation_EveryWord_Passes(string word) => LayerTest.Run(() => Activation.Of(word), [4, 5], [4, 5]);

    [Fact]
    public void Flatten_Images_Passes() => LayerTest.Run(() => new Flatten(), [2, 3, 4], [2, 12]);

    [Fact]
    public void Dropout_Any_Passes() => LayerTest.Run(() => new Dropout(0.4), [6, 5], [6, 5]);

    [Fact]
    public void StochasticDepth_Any_Passes() => LayerTest.Run(() => new StochasticDepth(0.4), [6, 5], [6, 5]);

    [Fact]
    public void Sequential_OfLayers_Passes()
        => LayerTest.Run(() => new Sequential(new Linear(5, 4), Activation.Of("tanh"), new Linear(4, 2)), [3, 5], [3, 2], "0.weight", "0.bias", "2.weight", "2.bias");

    [Fact]
    public void Residual_WithShortcut_Passes()
        => LayerTest.Run(() => new Residual(new Linear(5, 4), new Linear(5, 4, bias: false)), [3, 5], [3, 4], "branch.weight", "branch.bias", "shortcut.weight");

    [Fact]
    public void Conv2d_OddSettings_Passes()
        => LayerTest.Run(() => new Conv2d(4, 6, (3, 2), stride: (2, 1), padding: 1, dilation: (1, 2), groups: 2), [2, 4, 7, 6], [2, 6, 4, 6], "weight", "bias");

    [Fact]
    public void Conv1d_OddSettings_Passes()
        => LayerTest.Run(() => new Conv1d(4, 6, 3, stride: 2, padding: 2, dilation: 2, groups: 2, bias: false), [2, 4, 9], [2, 6, 5], "weight");

    [Fact]
    public void ConvTranspose2d_OddSettings_Passes()
        => LayerTest.Run(() => new ConvTranspose2d(4, 6, 3, stride: 2, padding: 1, outputPadding: 1, groups: 2), [2, 4, 3, 4], [2, 6, 6, 8], "weight", "bias");

    [Fact]
    public void ConvTranspose1d_OddSettings_Passes()
        => LayerTest.Run(() => new ConvTranspose1d(4, 6, 3, stride: 2), [2, 4, 5], [2, 6, 11], "weight", "bias");

    [Fact]
    public void MaxPool2d_Images_Passes() => LayerTest.Run(() => new MaxPool2d(3, stride: 2, padding: 1), [2, 3, 6, 7], [2, 3, 3, 4]);

    [Fact]
    public void GlobalAvgPool_Images_Passes() => LayerTest.Run(() => new GlobalAvgPool(), [2, 3, 6, 7], [2, 3]);

    [Fact]
    public void Embedding_Tokens_Passes()
        => LayerTest.Run(() => new Embedding(5, 3), [Tensor.From<long>([0, 4, 2, 2, 1, 3], [2, 3])], [2, 3, 3], "weight");

    [Fact]
    public void Embedding_PaddingIndex_StartsZeroAndNeverLearns()
    {
        var layer = new Embedding(4, 2, paddingIndex: 1).Initialize(RandomKey.FromSeed(1));
        layer.Forward(Tensor.From<long>([1, 2, 1]), Pass.Eval).Sum().Backward();
        Assert.Equal([0f, 0], layer.Weight.Value.Select(0, 1).ToArray<float>());
        Assert.Equal([0f, 0, 0, 0, 1, 1, 0, 0], layer.Weight.Grad!.ToArray<float>());
    }

    [Fact]
    public void Conv2d_GroupsThatDoNotDivide_Throws()
        => Assert.Contains("3 groups", Assert.Throws<ArgumentException>(() => new Conv2d(4, 6, 3, groups: 3)).Message, StringComparison.Ordinal);

    [Fact]
    public void BatchNorm2d_Images_Passes()
        => LayerTest.Run(() => new BatchNorm2d(3), [4, 3, 5, 2], [4, 3, 5, 2], "weight", "bias", "running_mean", "running_var", "num_batches_tracked");

    [Fact]
    public void BatchRenorm_Images_Passes()
        => LayerTest.Run(() => new BatchRenorm(3), [4, 3, 5, 2], [4, 3, 5, 2], "weight", "bias", "running_mean", "running_var", "num_batches_tracked");

    [Fact]
    public void GhostBatchNorm_SequencesInUnequalParts_Passes()
        => LayerTest.Run(() => new GhostBatchNorm(3, 2), [5, 3, 4], [5, 3, 4], "weight", "bias", "running_mean", "running_var", "num_batches_tracked");

    [Fact]
    public void StandardizedConv2d_Groups_Passes()
        => LayerTest.Run(() => new StandardizedConv2d(4, 6, 3, padding: 1, groups: 2, scale: 1.5), [2, 4, 5, 6], [2, 6, 5, 6], "weight", "gain", "bias");

    [Fact]
    public void BatchNorm1d_RowsWithoutParameters_Passes()
        => LayerTest.Run(() => new BatchNorm1d(3, affine: false), [6, 3], [6, 3], "running_mean", "running_var", "num_batches_tracked");

    [Fact]
    public void LayerNorm_Sequence_Passes() => LayerTest.Run(() => new LayerNorm(6), [2, 3, 6], [2, 3, 6], "weight", "bias");

    [Fact]
    public void GroupNorm_Images_Passes() => LayerTest.Run(() => new GroupNorm(2, 4), [2, 4, 3, 3], [2, 4, 3, 3], "weight", "bias");

    [Fact]
    public void InstanceNorm_Images_Passes() => LayerTest.Run(() => new InstanceNorm(4), [2, 4, 3, 3], [2, 4, 3, 3]);

    [Fact]
    public void Pools_Any_Pass()
    {
        LayerTest.Run(() => new AvgPool2d(2, padding: 1), [2, 3, 6, 4], [2, 3, 4, 3]);
        LayerTest.Run(() => new AvgPool1d(2), [2, 3, 6], [2, 3, 3]);
        LayerTest.Run(() => new MaxPool1d(3, stride: 1, dilation: 2), [2, 3, 7], [2, 3, 3]);
    }

    [Fact]
    public void PositionalEmbedding_Sequence_Passes()
        => LayerTest.Run(() => new PositionalEmbedding(4, 6), [2, 4, 6], [2, 4, 6], "weight");

    [Fact]
    public void MultiheadAttention_WithDropout_Passes()
        => LayerTest.Run(() => new MultiheadAttention(6, 2, dropout: 0.3), [2, 4, 6], [2, 4, 6], "in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TransformerEncoder_Any_Passes(bool normFirst)
        => LayerTest.Run(
            () => new TransformerEncoder([new TransformerEncoderLayer(6, 2, 8, normFirst: normFirst, activation: "gelu")]),
            [2, 4, 6],
            [2, 4, 6],
            [.. new[] { "self_attn.in_proj_weight", "self_attn.in_proj_bias", "self_attn.out_proj.weight", "self_attn.out_proj.bias", "linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias", "norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias" }.Select(k => $"layers.0.{k}")]);

    [Fact]
    public void MultiheadAttention_Causal_DoesNotSeeTheFuture()
    {
        var layer = new MultiheadAttention(6, 2).Initialize(RandomKey.FromSeed(1));
        var x = Tensor.Normal(RandomKey.FromSeed(2), [1, 4, 6]).WithGrad();
        var g = Autograd.Grad(layer.Attend(x, Pass.Eval, causal: true).Select(1, 1).Sum(), [x])[0]!;
        Assert.Equal(0, g.Narrow(1, 2).Abs().Sum().Item());
        Assert.True(g.Narrow(1, 0, 2).Abs().Min().Item() > 0);
    }

    [Fact]
    public void BatchNorm_WrongRank_SaysWhatItTakes()
        => Assert.Contains(
            "BatchNorm2d '' takes [N, C, H, W] with 3 channels, got [2, 3]",
            Assert.Throws<ArgumentException>(() => new BatchNorm2d(3).Forward(Tensor.Ones([2, 3]), Pass.Eval)).Message,
            StringComparison.Ordinal);
}

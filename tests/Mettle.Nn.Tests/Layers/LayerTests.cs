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
}

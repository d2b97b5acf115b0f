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
}

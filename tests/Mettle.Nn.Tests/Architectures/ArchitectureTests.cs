namespace Mettle.Nn.Tests;

public sealed class ArchitectureTests : IDisposable
{
    private static readonly RandomKey Key = RandomKey.FromSeed(13);
    private readonly MemoryScope scope = MemoryScope.Begin();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Mlp_NormDropoutResidual_Passes()
        => LayerTest.Run(
            () => new Mlp(6, [5, 5], 3, "tanh", dropout: 0.2, norm: "layer", residual: true),
            [4, 2, 3],
            [4, 3],
            "hidden.0.0.weight", "hidden.0.0.bias", "hidden.0.1.weight", "hidden.0.1.bias",
            "hidden.1.branch.0.weight", "hidden.1.branch.0.bias", "hidden.1.branch.1.weight", "hidden.1.branch.1.bias", "hidden.1.branch.4.weight", "hidden.1.branch.4.bias",
            "output.weight", "output.bias");

    [Fact]
    public void Mlp_Init_FillsTheWeightsByItAndNotTheBiases()
    {
        var state = new Mlp(3, [4], 2, init: Constant.One).Initialize(Key).StateDict();
        Assert.All(state["hidden.0.0.weight"].ToArray<float>(), v => Assert.Equal(1, v));
        Assert.All(state["output.bias"].ToArray<float>(), v => Assert.NotEqual(1, v));
    }

    [Fact]
    public void SimpleCnn_TwoBlocks_Passes()
        => LayerTest.Run(
            () => new SimpleCnn(2, [3, 4], 5, dropout: 0.2),
            [3, 2, 8, 8],
            [3, 5],
            [.. from b in new[] { "blocks.0", "blocks.1" }
                from c in new[] { 0, 3 }
                from k in new[] { $"{c}.weight", $"{c + 1}.weight", $"{c + 1}.bias", $"{c + 1}.running_mean", $"{c + 1}.running_var", $"{c + 1}.num_batches_tracked" }
                select $"{b}.{k}", "output.weight", "output.bias"]);

    [Theory]
    [InlineData(3)]
    [InlineData(28)]
    [InlineData(32)]
    public void SimpleCnn_AnySide_GivesLogits(int side)
    {
        var y = new SimpleCnn(1, [4, 6, 8], 10).Initialize(Key).Forward(Tensor.Normal(Key, [2, 1, side, side]), Pass.Train(Key));
        Assert.Equal([2, 10], y.Shape);
    }

    [Fact]
    public void TabularNet_NumericAndCategorical_Passes()
        => LayerTest.Run(
            () => new TabularNet(3, [4, 2], [6], 2, norm: "batch", activation: "tanh"),
            [Tensor.Normal(Key, [5, 3]), Tensor.From<long>([0, 1, 3, 0, 2, 1, 1, 0, 0, 0], [5, 2])],
            [5, 2],
            "embeddings.0.weight", "embeddings.1.weight", "mlp.hidden.0.0.weight",
            "mlp.hidden.0.1.weight", "mlp.hidden.0.1.bias", "mlp.hidden.0.1.running_mean", "mlp.hidden.0.1.running_var", "mlp.hidden.0.1.num_batches_tracked",
            "mlp.output.weight", "mlp.output.bias");

    [Fact]
    public void TabularNet_OneKindOfColumns_TakesOneTensor()
    {
        var codes = Tensor.From<long>([0, 1, 3, 0], [2, 2]);
        Assert.Equal([2, 1], new TabularNet(0, [4, 2], [6], 1).Initialize(Key).Forward(codes, Pass.Eval).Shape);
        Assert.Equal([2, 1], new TabularNet(3, [], [6], 1).Initialize(Key).Forward(Tensor.Ones([2, 3]), Pass.Eval).Shape);
        var e = Assert.Throws<ArgumentException>(() => new TabularNet(3, [4, 2], [6], 1).Initialize(Key).Forward(codes, Pass.Eval));
        Assert.Contains("takes 3 numeric and 2 categorical columns as 2 tensors, got i64[2, 2]", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RnnClassifier_Lstm_Passes()
        => LayerTest.Run(
            () => new RnnClassifier(3, 4, 5, "lstm"),
            [2, 6, 3],
            [2, 5],
            "rnn.weight_ih_l0", "rnn.weight_hh_l0", "rnn.bias_ih_l0", "rnn.bias_hh_l0", "output.weight", "output.bias");

    [Fact]
    public void RnnRegressor_GruTwoLayers_GivesOneNumber()
        => Assert.Equal([2, 1], new RnnRegressor(3, 4, cell: "gru", layers: 2, dropout: 0.1).Initialize(Key).Forward(Tensor.Ones([2, 6, 3]), Pass.Train(Key)).Shape);

    [Fact]
    public void Mlp_HundredPlainLayers_VanishesByDefaultAndNotWithLsuv()
    {
        var x = Tensor.Normal(Key, [64, 8]);
        Assert.True(Variance(Deep().Initialize(Key), x, 0) < 1e-12);
        Assert.Equal(1, Variance(Lsuv.Initialize(Deep(), [x], Key), x), 0.03);

        static Mlp Deep() => new(8, [.. Enumerable.Repeat(32, 100)], 32);

        // Of the last hidden layer: over the rows (whether inputs can still be told apart), or over everything.
        static double Variance(Mlp net, Tensor x, params int[] axes)
        {
            double variance = 0;
            using (ActivationWatch.Install((path, y) => variance = path == "hidden.99.0" ? y.Var(axes, 0).Mean().Item() : variance))
            {
                net.Forward(x, Pass.Eval);
            }

            return variance;
        }
    }

    [Fact]
    public void Constructors_UnknownWord_ListTheKnown()
    {
        Assert.Contains("relu, leaky_relu", Assert.Throws<ArgumentException>(() => new Mlp(1, [1], 1, "rellu")).Message, StringComparison.Ordinal);
        Assert.Contains("none, batch, layer, group", Assert.Throws<ArgumentException>(() => new Mlp(1, [1], 1, norm: "grup")).Message, StringComparison.Ordinal);
        Assert.Contains("lstm, gru", Assert.Throws<ArgumentException>(() => new RnnClassifier(1, 1, 1, "rnn")).Message, StringComparison.Ordinal);
    }
}

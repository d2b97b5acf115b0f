namespace Mettle.Nn.Tests;

public sealed class SequentialTests : IDisposable
{
    private readonly MemoryScope scope = MemoryScope.Begin();
    private readonly Tensor images = Tensor.Normal(RandomKey.FromSeed(2), [6, 3, 9, 8]);

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Forward_EvaluatingWithoutGradients_KeepsTheResultAlone()
    {
        var model = Model().Initialize(RandomKey.FromSeed(1));
        var recorded = model.Forward(images, Pass.Eval);
        using var off = Autograd.NoGrad();
        int blocks = scope.Blocks;
        var result = model.Forward(images, Pass.Eval);
        Assert.Equal(blocks + 1, scope.Blocks);
        Assert.Equal(recorded.ToBytes(), result.ToBytes());
        Assert.False(images.IsReleased);
    }

    [Theory]
    [InlineData(true, "gelu", true)]
    [InlineData(false, "relu", false)]
    [InlineData(true, "identity", false)]
    public void Forward_OfTransformerWithoutGradients_FreesItsSteps(bool normFirst, string activation, bool norm)
    {
        var model = new TransformerEncoder(
            Enumerable.Range(0, 3).Select(_ => new TransformerEncoderLayer(8, 2, 12, activation: activation, normFirst: normFirst)), norm ? new LayerNorm(8) : null)
            .Initialize(RandomKey.FromSeed(1));
        var x = Tensor.Normal(RandomKey.FromSeed(2), [2, 5, 8]);
        var recorded = model.Forward(x, Pass.Eval);
        using var off = Autograd.NoGrad();
        int blocks = scope.Blocks;
        var result = model.Forward(x, Pass.Eval);
        // Beside it the few numbers a row that are results too: moments of norms, logarithms of attention's sums.
        int moments = 2 * ((3 * 2) + (norm ? 1 : 0)), sums = 3;
        Assert.Equal(blocks + 1 + moments + sums, scope.Blocks);
        Assert.Equal(recorded.ToBytes(), result.ToBytes());
        Assert.False(x.IsReleased);
    }

    [Fact]
    public void Forward_OnlyViews_LeavesTheInput()
    {
        using var off = Autograd.NoGrad();
        var model = new Sequential(new Dropout(0.5), new Flatten(2), new Dropout(0.1), new Flatten(1), new Linear(216, 4)).Initialize(RandomKey.FromSeed(1));
        model.Forward(images, Pass.Eval);
        Assert.False(images.IsReleased);
        Assert.Equal(4, model.Forward(images, Pass.Eval).Shape[1]);
    }

    [Fact]
    public void Forward_ThroughAModuleThatKeepsItsInput_LeavesThatInputAndResult()
    {
        using var off = Autograd.NoGrad();
        var keeper = new Keeper();
        new Sequential(new Conv2d(3, 4, 3), keeper, new Conv2d(4, 2, 1), new BatchNorm2d(2)).Initialize(RandomKey.FromSeed(1)).Forward(images, Pass.Eval);
        Assert.False(keeper.Input!.IsReleased);
        Assert.False(keeper.Output!.IsReleased);
    }

    [Fact]
    public void Forward_Watched_LeavesWhatTheObserverSaw()
    {
        using var off = Autograd.NoGrad();
        var model = Model().Initialize(RandomKey.FromSeed(1));
        var seen = new List<Tensor>();
        using (ActivationWatch.Install((_, y) => seen.Add(y)))
        {
            model.Forward(images, Pass.Eval);
        }

        Assert.All(seen, y => Assert.False(y.IsReleased));
    }

    [Fact]
    public void Forward_UnderVmap_EqualsTheBatch()
    {
        using var off = Autograd.NoGrad();
        var model = Model().Initialize(RandomKey.FromSeed(1));
        var one = Transforms.Vmap(x => model.Forward(x.Unsqueeze(0), Pass.Eval).Reshape(5), images);
        float[] expected = model.Forward(images, Pass.Eval).ToArray<float>();
        Assert.All(one.ToArray<float>().Zip(expected), p => Assert.Equal(p.Second, p.First, 1e-4));
    }

    private static Sequential Model()
    {
        static Sequential Branch(int from, int to)
            => new(new Conv2d(from, to, 3, padding: 1), new BatchNorm2d(to), Activation.Of("relu"), new Dropout(0.2), new Conv2d(to, to, 3, padding: 1), new BatchNorm2d(to));
        return new(
            new Dropout(0.1),
            new Conv2d(3, 8, 3, padding: 1),
            new BatchNorm2d(8),
            Activation.Of("relu"),
            new Residual(Branch(8, 8)),
            Activation.Of("relu"),
            new AvgPool2d(2),
            new Residual(Branch(8, 12), new Sequential(new Conv2d(8, 12, 1), new BatchNorm2d(12))),
            Activation.Of("silu"),
            new GlobalAvgPool(),
            new Sequential(new Flatten(), new Dropout(0.3)),
            new Linear(12, 5));
    }

    private sealed class Keeper : Module
    {
        public Tensor? Input { get; private set; }

        public Tensor? Output { get; private set; }

        public override Tensor Forward(Tensor x, Pass pass)
        {
            (Input, Output) = (x, x + 1);
            return Output;
        }
    }
}

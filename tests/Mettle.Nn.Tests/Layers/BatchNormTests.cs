namespace Mettle.Nn.Tests;

public sealed class BatchNormTests : IDisposable
{
    private readonly MemoryScope scope = MemoryScope.Begin();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Forward_Training_TracksWithPyTorchsMomentum()
    {
        var layer = new BatchNorm1d(1, momentum: 0.25).Initialize(RandomKey.FromSeed(1));
        var train = Pass.Train(RandomKey.FromSeed(2));
        using (MemoryScope.Begin())
        {
            layer.Forward(Tensor.From<float>([1, 2, 6], [3, 1]), train);
            layer.Forward(Tensor.From<float>([0, 4, 2], [3, 1]), train);
        }

        // Means 3 and 2, sample variances 7 and 4.
        Assert.Equal((0.75 * (0.25 * 3)) + (0.25 * 2), layer.RunningMean.Value.Item(), 1e-6);
        Assert.Equal((0.75 * (0.75 + (0.25 * 7))) + (0.25 * 4), layer.RunningVariance.Value.Item(), 1e-6);
        Assert.Equal(2, layer.StateDict()["num_batches_tracked"].Item());
    }

    [Fact]
    public void Forward_Evaluating_LeavesTheStatisticsAndUsesThem()
    {
        var layer = new BatchNorm1d(2, epsilon: 0).Initialize(RandomKey.FromSeed(1));
        layer.RunningMean.Value = Tensor.From<float>([1, -1]);
        layer.RunningVariance.Value = Tensor.From<float>([4, 0.25f]);
        var y = layer.Forward(Tensor.From<float>([5, 0], [1, 2]), Pass.Eval);
        Assert.Equal([2f, 2], y.ToArray<float>());
        Assert.Equal(0, layer.StateDict()["num_batches_tracked"].Item());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forward_InResidualBlocks_SameBitsWatchedOrNot(bool training)
    {
        static Sequential Branch(int from, int to)
            => new(new Conv2d(from, to, 3, padding: 1, bias: false), new BatchNorm2d(to), Activation.Of("relu"), new Conv2d(to, to, 3, padding: 1, bias: false), new BatchNorm2d(to));
        static Sequential Model() => new(
            new Conv2d(3, 8, 3, padding: 1),
            new BatchNorm2d(8, affine: false),
            Activation.Of("relu"),
            new Residual(Branch(8, 8)),
            Activation.Of("relu"),
            new Residual(Branch(8, 12), new Sequential(new Conv2d(8, 12, 1), new BatchNorm2d(12))),
            Activation.Of("relu"),
            new Residual(new Residual(Branch(12, 12))),
            new GlobalAvgPool(),
            new Linear(12, 5),
            Activation.Of("relu"));

        var (plain, watched) = (Model().Initialize(RandomKey.FromSeed(1)), Model().Initialize(RandomKey.FromSeed(1)));
        var x = Tensor.Normal(RandomKey.FromSeed(2), [6, 3, 9, 7]);
        var pass = training ? Pass.Train(RandomKey.FromSeed(3)) : Pass.Eval;
        var seen = new List<string>();
        var y = plain.Forward(x, pass);
        Tensor z;
        using (ActivationWatch.Install((path, _) => seen.Add(path)))
        {
            z = watched.Forward(x, pass);
        }

        Assert.Equal([.. watched.NamedModules().Select(m => m.Name).Order()], seen.Order());
        Assert.Equal(z.ToBytes(), y.ToBytes());
        y.Square().Sum().Backward();
        z.Square().Sum().Backward();
        Assert.All(plain.Parameters.Zip(watched.Parameters), p => Assert.Equal(p.Second.Value.Grad!.ToBytes(), p.First.Value.Grad!.ToBytes()));
        Assert.All(plain.StateDict().Zip(watched.StateDict()), s => Assert.Equal(s.Second.Value.ToBytes(), s.First.Value.ToBytes()));
    }

    [Fact]
    public void Forward_TrainingOnOneRow_Throws()
        => Assert.Contains(
            "more than one value per channel",
            Assert.Throws<ArgumentException>(() => new BatchNorm1d(2).Initialize(RandomKey.FromSeed(1)).Forward(Tensor.Ones([1, 2]), Pass.Train(default))).Message,
            StringComparison.Ordinal);
}

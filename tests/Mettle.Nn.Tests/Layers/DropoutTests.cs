namespace Mettle.Nn.Tests;

public sealed class DropoutTests : IDisposable
{
    private static readonly RandomKey Key = RandomKey.FromSeed(3);
    private readonly MemoryScope scope = MemoryScope.Begin();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Forward_Training_DropsTheRateAndKeepsTheMean()
    {
        var y = new Dropout(0.3).Forward(Tensor.Ones([100_000]), Pass.Train(Key)).ToArray<float>();
        Assert.Equal(0.3, y.Count(v => v == 0) / 100_000.0, 0.01);
        Assert.All(y.Where(v => v != 0), v => Assert.Equal(1 / 0.7f, v, 1e-6f));
    }

    [Fact]
    public void Forward_TwoLayersOneKey_DropDifferently()
    {
        var both = new Sequential(new Dropout(0.5), new Dropout(0.5));
        var y = both.Forward(Tensor.Ones([100_000]), Pass.Train(Key)).ToArray<float>();
        Assert.Equal(0.25, y.Count(v => v != 0) / 100_000.0, 0.01);
    }

    [Fact]
    public void Forward_OtherKey_DropsOthers()
    {
        var layer = new Dropout(0.5);
        var x = Tensor.Ones([64]);
        Assert.NotEqual(layer.Forward(x, Pass.Train(Key)).ToBytes(), layer.Forward(x, Pass.Train(Key.At(1))).ToBytes());
    }

    [Fact]
    public void StochasticDepth_Training_DropsWholeRows()
    {
        var y = new StochasticDepth(0.5).Forward(Tensor.Ones([1000, 3]), Pass.Train(Key)).ToArray<float>().Chunk(3).ToList();
        Assert.All(y, row => Assert.True(row.All(v => v == 0) || row.All(v => v == 2)));
        Assert.InRange(y.Count(row => row[0] == 0), 440, 560);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void Constructor_BadRate_Throws(double rate) => Assert.Throws<ArgumentOutOfRangeException>(() => new Dropout(rate));
}

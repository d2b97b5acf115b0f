namespace Mettle.Data.Tests;

public sealed class PortableMathTests
{
    [Fact]
    public void Log_AcrossTheRange_MatchesToTheLastBits()
    {
        Random random = new(1);
        for (int i = 0; i < 20000; i++)
        {
            double x = Math.ScaleB(1 + random.NextDouble(), random.Next(-1022, 1024));
            double near = 1 + (random.NextDouble() - 0.5) * Math.ScaleB(1, -random.Next(0, 50));
            Assert.Equal(Math.Log(x), PortableMath.Log(x), 1e-15 * Math.Abs(Math.Log(x)));
            Assert.Equal(Math.Log(near), PortableMath.Log(near), 2e-15 * Math.Abs(Math.Log(near)));
        }
        Assert.Equal(0, PortableMath.Log(1));
    }

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.975, 1.959963984540054)]
    [InlineData(0.9, 1.2815515655446004)]
    [InlineData(0.99999, 4.264890793922825)]
    [InlineData(1e-6, -4.753424308822899)]
    [InlineData(0.02, -2.053748910631823)]
    public void NormalQuantile_TableValues_Match(double p, double expected) =>
        Assert.Equal(expected, PortableMath.NormalQuantile(p), 2e-9 * Math.Max(1, Math.Abs(expected)));
}

namespace Mettle.Nn.Tests;

public sealed class BetaDistributionTests
{
    [Theory]
    [InlineData(0.05)]
    [InlineData(0.2)]
    [InlineData(1)]
    [InlineData(4)]
    public void Sample_ManyTimes_HasMeanAndVarianceOfBeta(double alpha)
    {
        using var scope = MemoryScope.Begin();
        var key = RandomKey.FromSeed(8);
        double[] x = [.. Enumerable.Range(0, 4000).Select(i => BetaDistribution.Sample(alpha, key.At(i)))];
        double mean = x.Average(), variance = x.Sum(v => (v - mean) * (v - mean)) / x.Length, expected = 1 / (4 * ((2 * alpha) + 1));
        Assert.All(x, v => Assert.InRange(v, 0, 1));
        // Four standard errors.
        Assert.Equal(0.5, mean, 4 * Math.Sqrt(expected / x.Length));
        Assert.Equal(expected, variance, 0.05 * expected);
    }
}

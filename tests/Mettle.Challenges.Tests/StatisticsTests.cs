namespace Mettle.Challenges.Tests;

public sealed class StatisticsTests
{
    [Fact]
    public void PairedT_KnownSample_MatchesTextbook()
    {
        // Differences of Student's sleep data (1908): t = 4.0621, p (two-sided) = 0.002833, 95 % interval 0.7001 to 2.4599.
        var (mean, interval, p) = Statistics.PairedT([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]);
        Assert.Equal(1.58, mean, 1e-12);
        Assert.Equal(0.7001142, interval.Low, 1e-6);
        Assert.Equal(2.4598858, interval.High, 1e-6);
        Assert.Equal(0.00283289 / 2, p, 1e-7);
    }

    [Fact]
    public void CorrectedResampledT_MoreHeldOutRows_WidensInterval()
    {
        double[] d = [0.01, 0.02, 0.00, 0.015, 0.012];
        var plain = Statistics.PairedT(d);
        var corrected = Statistics.CorrectedResampledT(d, heldOut: 20, training: 80);
        double ratio = (corrected.Interval.High - corrected.Interval.Low) / (plain.Interval.High - plain.Interval.Low);
        Assert.Equal(Math.Sqrt((0.2 + 0.25) / 0.2), ratio, 1e-9);
        Assert.True(corrected.PValue > plain.PValue);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void PairedT_EqualDifferences_CountsSignsOnly(int n)
    {
        // 0.9 - 0.8 and 0.8 - 0.7 differ in their last bits: rounding is no evidence.
        var (_, interval, p) = Statistics.PairedT([.. Enumerable.Range(0, n).Select(i => i % 2 == 0 ? 0.9 - 0.8 : 0.8 - 0.7)]);
        Assert.Equal(Math.Pow(0.5, n), p);
        Assert.Equal(interval.Low, interval.High);
        Assert.Equal(1, Statistics.PairedT([0.0, 0.0, 0.0]).PValue);
    }

    [Fact]
    public void ProportionDifference_NewcombesExample_Matches()
    {
        // 56/70 against 48/80: 0.0524 to 0.3339 (Newcombe 1998, table II, method 10).
        var (d, interval, p) = Statistics.ProportionDifference(56, 70, 48, 80);
        Assert.Equal(0.2, d, 1e-12);
        Assert.Equal(0.0524, interval.Low, 5e-5);
        Assert.Equal(0.3339, interval.High, 5e-5);
        Assert.InRange(p, 0.001, 0.025);
    }

    [Fact]
    public void Welch_KnownSample_MatchesR()
    {
        // R: t.test(c(3.1, 2.9, 3.4, 3.8, 3.0), c(2.1, 2.5, 2.2, 2.9), alternative = "greater")
        var (d, interval, p) = Statistics.Welch([3.1, 2.9, 3.4, 3.8, 3.0], [2.1, 2.5, 2.2, 2.9]);
        Assert.Equal(0.815, d, 1e-12);
        Assert.InRange(p, 0.006, 0.009);
        Assert.True(interval.Low > 0.2 && interval.High < 1.45);
    }

    [Fact]
    public void Welch_TooFewOrEqualValues_ClaimsNoCertainty()
    {
        Assert.Throws<ArgumentException>(() => Statistics.Welch([3], [1, 2]));
        Assert.Equal(0.25, Statistics.Welch([3, 3], [1, 1, 1]).PValue);
        Assert.Equal(1, Statistics.Welch([1, 1], [1, 1]).PValue);
    }

    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(0, 20, 0.0, 0.1611)]
    public void Wilson_NewcombesExamples_Match(int successes, int n, double low, double high)
    {
        var i = Statistics.Wilson(successes, n);
        Assert.Equal(low, i.Low, 5e-5);
        Assert.Equal(high, i.High, 5e-5);
    }

    [Fact]
    public void BenjaminiHochberg_PublishedExample_MatchesR()
    {
        // p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "BH") is 0.05 throughout.
        Assert.All(Statistics.BenjaminiHochberg([0.01, 0.02, 0.03, 0.04, 0.05]), p => Assert.Equal(0.05, p, 1e-12));
        Assert.Equal([0.03, 0.04, 0.04], Statistics.BenjaminiHochberg([0.01, 0.03, 0.04]).Select(p => Math.Round(p, 12)));
    }

    [Fact]
    public void ConditionalBenjaminiHochberg_HealthyChecksBeside_ChangeNothing()
    {
        double[] found = [0.004, 0.03];
        double[] adjusted = Statistics.ConditionalBenjaminiHochberg([.. found, .. Enumerable.Repeat(0.99, 50)]);
        Assert.Equal([0.016, 0.06], adjusted[..2].Select(p => Math.Round(p, 12)));
        Assert.All(adjusted[2..], p => Assert.Equal(1, p));
    }

    [Fact]
    public void ConditionalBenjaminiHochberg_UniformNulls_RejectsNoMoreOftenThanTheRate()
    {
        int families = 0;
        for (int run = 0; run < 1000; run++)
        {
            var key = RandomKey.FromSeed(3).At(run);
            families += Statistics.ConditionalBenjaminiHochberg([.. Enumerable.Range(0, 20).Select(i => key.Uniform((ulong)i))]).Any(p => p <= 0.10) ? 1 : 0;
        }

        Assert.InRange(families, 50, 130);
    }

    [Fact]
    public void Holm_PublishedExample_MatchesR()
        => Assert.Equal([0.03, 0.06, 0.06], Statistics.Holm([0.01, 0.04, 0.03]).Select(p => Math.Round(p, 12)));

    [Fact]
    public void ProportionAbove_BinomialTail_MatchesDirectSum()
    {
        // P(X >= 3), X ~ B(10, 0.1) = 0.0701908264
        Assert.Equal(0.0701908264, Statistics.ProportionAbove(3, 10, 0.1), 1e-9);
        Assert.Equal(1, Statistics.ProportionAbove(0, 10, 0.1));
    }
}

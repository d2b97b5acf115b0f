using Mettle.Challenges.Model;

namespace Mettle.Challenges.Tests.Gradients;

public sealed class TrendTests
{
    [Fact]
    public void Of_ExactDecay_GivesItsOrdersWithoutError()
    {
        var trend = Trend.Of([.. Enumerable.Range(0, 11).Select(i => Math.Pow(10, -i))]);
        Assert.Equal(-10, trend.Orders, 1e-9);
        Assert.InRange(trend.Interval.High - trend.Interval.Low, 0, 1e-6);
        Assert.True(trend.PValueBeyond(9.9) < 1e-6);
        Assert.True(trend.PValueBeyond(10.1) > 1 - 1e-6);
    }

    [Fact]
    public void Of_AlternatingNoise_MatchesTextbookLeastSquares()
    {
        // Decimal logarithms 0, 1, 1, 2, 3, 3, 5: slope 0.75, residual squares 1.1786; R: summary(lm(y ~ x)).
        double[] y = [0, 1, 1, 2, 3, 3, 5];
        var trend = Trend.Of([.. y.Select(v => Math.Pow(10, v))]);
        Assert.Equal(6 * 21.0 / 28, trend.Orders, 1e-9);
        Assert.True(trend.Interval.Low > 2.5 && trend.Interval.High < 6.5);
    }

    [Fact]
    public void Of_RandomWalks_IntervalCoversZeroMoreOftenThanPlainLeastSquares()
    {
        // Without drift: a false alarm at threshold 0 must stay rare although neighbours are alike.
        int alarms = 0;
        for (int run = 0; run < 200; run++)
        {
            var key = RandomKey.FromSeed(7).At(run);
            double level = 0;
            var values = new double[60];
            for (int i = 0; i < values.Length; i++)
            {
                level = (0.8 * level) + key.Normal((ulong)i);
                values[i] = Math.Pow(10, level);
            }

            alarms += Trend.Of(values).PValueBeyond(0) < 0.025 ? 1 : 0;
        }

        Assert.InRange(alarms, 0, 24);
    }

    [Fact]
    public void Of_VanishedValues_CountAsTheSmallestFloat()
        => Assert.True(Trend.Of([0, 0, 0, 1e-20, 1e-10, 1]).Orders > 30);
}

namespace Mettle.Nn.Tests;

public sealed class LossWatchTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(4);

    [Theory]
    [InlineData(0.3)]
    [InlineData(1.0)]
    [InlineData(1.6)]
    public void Add_NoisyFallingLosses_NeverAlarms(double noise)
    {
        for (int run = 0; run < 20; run++)
        {
            var watch = new LossWatch { Constant = 2.3 };
            for (int i = 0; i < 20_000; i++)
            {
                double loss = (2.3 * Math.Exp(-i / 200.0)) + 0.03;
                Assert.Null(watch.Add(Math.Min(6, loss * Math.Exp(noise * Key.At(run).Normal((ulong)i))), 1));
            }
        }
    }

    [Fact]
    public void Add_SingleWrongLabelsInBatchesOfOne_NeverAlarm()
    {
        var watch = new LossWatch { Constant = 2.3 };
        for (int i = 0; i < 50_000; i++)
        {
            double loss = i < 300 ? 2.3 - (i * 0.0076) : Key.Uniform((ulong)i) < 0.1 ? 5 : 0.02;
            Assert.Null(watch.Add(loss, 1));
        }
    }

    [Fact]
    public void Add_AWarmRestartThatLosesATenth_DoesNotAlarm()
    {
        var watch = Learned();
        for (int i = 0; i < 200; i++)
        {
            Assert.Null(watch.Add(0.25, 1));
        }
    }

    [Theory]
    [InlineData(1.0, FailureCause.LossSpike)]
    [InlineData(30.0, FailureCause.ExplodingGradient)]
    public void Add_ALossThatStaysHigh_AlarmsBySixSteps(double norm, FailureCause expected)
    {
        var watch = Learned();
        watch.Add(0.05, norm);
        for (int i = 0; i < 5; i++)
        {
            Assert.Null(watch.Add(2.5, norm));
        }

        Assert.Equal(expected, watch.Add(2.5, norm));
    }

    [Fact]
    public void Add_AStartThatRisesFar_AlarmsAtTheThirdStep()
    {
        var watch = new LossWatch { Constant = 2.3 };
        Assert.Null(watch.Add(2.4, 1));
        Assert.Null(watch.Add(40, 1));
        Assert.Null(watch.Add(90, 1));
        Assert.Equal(FailureCause.FailedStart, watch.Add(80, 1));
    }

    [Theory]
    [InlineData(2.31, 1.2, null)]
    [InlineData(2.31, 9.0, FailureCause.FailedStart)]
    [InlineData(1.5, 9.0, null)]
    public void EndEpoch_WithNothingLearned_AlarmsOnlyWhereWeightsHaveBlownUp(double mean, double growth, FailureCause? expected)
    {
        var watch = new LossWatch { Constant = 2.3, FirstWeights = 1 };
        for (int i = 0; i < 50; i++)
        {
            watch.Add(mean, 1);
        }

        Assert.Equal(expected, watch.EndEpoch(mean, 50, 50, () => growth));
    }

    private static LossWatch Learned()
    {
        var watch = new LossWatch { Constant = 2.3 };
        for (int i = 0; i < 160; i++)
        {
            watch.Add(0.05 + (0.01 * Key.Uniform((ulong)i)), 1);
        }

        return watch;
    }
}

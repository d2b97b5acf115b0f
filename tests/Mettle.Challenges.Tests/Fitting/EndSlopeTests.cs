using Mettle.Challenges.Model;

namespace Mettle.Challenges.Tests.Fitting;

public sealed class EndSlopeTests
{
    [Fact]
    public void Of_StraightLine_IsExact()
    {
        var end = EndSlope.Of([.. Enumerable.Range(0, 40).Select(i => 5 - (0.1 * i))]);
        Assert.Equal(10, end.Epochs);
        Assert.Equal(-1, end.Change, 9);
        Assert.True(end.PValueBelow(0.9) < 1e-6);
        Assert.Equal(1, end.PValueAbove(0));
    }

    [Fact]
    public void PValue_OfNoiseWithoutASlope_IsSmallAsSeldomAsItSays()
    {
        var key = RandomKey.FromSeed(11);
        int alarms = Enumerable.Range(0, 1000).Count(n => EndSlope.Of([.. Enumerable.Range(0, 80).Select(i => key.At(n).Normal((ulong)i))]).PValueAbove(0) < 0.05);
        Assert.InRange(alarms, 20, 75);
    }
}

namespace Mettle.Challenges.Tests;

public sealed class TrialDesignTests
{
    private const int HeldOut = 100, Training = 1200;

    [Theory]
    [InlineData(1, 10, false, 10, 0, 5)]
    [InlineData(2, 3, false, 5, 0, 3)]
    [InlineData(3, 10, true, 13, 3, 5)]
    [InlineData(6, 5, true, 8, 3, 5)]
    [InlineData(6, 7, true, 10, 3, 4)]
    public void Constructor_CandidatesAndSeeds_DivideFoldsBetweenScreeningAndJudging(int candidates, int seeds, bool screened, int folds, int first, int look)
    {
        var design = new TrialDesign(candidates, seeds, 0.95);
        Assert.Equal((screened, folds, first, look), (design.Screened, design.Folds, design.FirstFold, design.FirstLook));
    }

    [Fact]
    public void Choose_ScreeningDifferences_TakesTheTwoBestThatDidBetter()
    {
        Assert.Equal([3, 0], TrialDesign.Choose([[0.01, 0.02, 0.03], [-0.02, 0.01, 0], [0.01, 0.01, 0.01], [0.1, 0, 0]]));
        Assert.Equal([1], TrialDesign.Choose([[0.0, 0, 0], [0.01, 0, 0]]));
    }

    [Fact]
    public void Judge_TwoLooks_DividesEachPValueByItsShareAndTakesTheSmaller()
    {
        var design = new TrialDesign(1, 10, 0.95);
        double[] five = [0.020, 0.022, 0.019, 0.020, 0.021], ten = [.. five, 0.02, 0.01, 0.03, 0.02, 0.02];
        double first = Statistics.CorrectedResampledT(five, HeldOut, Training).PValue / TrialDesign.FirstShare;
        double last = Statistics.CorrectedResampledT(ten, HeldOut, Training).PValue / (1 - TrialDesign.FirstShare);
        Assert.Equal(first, design.Judge(five, HeldOut, Training).PValue, 1e-12);
        Assert.Equal(Math.Min(first, last), design.Judge(ten, HeldOut, Training).PValue, 1e-12);
        Assert.Equal(0.99, design.Judge(five, HeldOut, Training).Interval.Confidence, 1e-12);
        Assert.Equal(0.96, design.Judge(ten, HeldOut, Training).Interval.Confidence, 1e-12);
        Assert.True(design.IsSettled(design.Judge(five, HeldOut, Training), 5, 2));
        Assert.False(design.IsSettled(design.Judge(five, HeldOut, Training), 4, 2));
    }

    [Fact]
    public void Judge_OneLook_IsTheCorrectedResampledT()
    {
        double[] d = [0.02, 0.03, 0.01, 0.02, 0.04];
        var (mean, interval, p) = Statistics.CorrectedResampledT(d, HeldOut, Training);
        Assert.Equal(new TrialEvidence(mean, interval, p), new TrialDesign(1, 5, 0.95).Judge(d, HeldOut, Training));
    }

    [Fact]
    public void IsFutile_NothingWillComeOfIt_EndsJudging()
    {
        var design = new TrialDesign(1, 10, 0.95);
        Assert.True(design.IsFutile([-0.01, -0.02, 0.01], HeldOut, Training));
        Assert.False(design.IsFutile([-0.01, 0.02, 0.01], HeldOut, Training));
        Assert.True(design.IsFutile([-0.03, 0.02, 0.01, -0.02, 0.03], HeldOut, Training));
        Assert.False(design.IsFutile([-0.01, 0.02, 0.01, 0.02, 0.03], HeldOut, Training));
    }
}

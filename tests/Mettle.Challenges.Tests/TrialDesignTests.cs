namespace Mettle.Challenges.Tests;

public sealed class TrialDesignTests
{
    private const int HeldOut = 100, Training = 1200, Rows = 1300;

    [Theory]
    [InlineData(1, 10, false, 10, 0, new[] { 5, 10 })]
    [InlineData(2, 3, false, 5, 0, new[] { 3 })]
    [InlineData(3, 10, true, 13, 3, new[] { 5, 10 })]
    [InlineData(6, 5, true, 8, 3, new[] { 5 })]
    [InlineData(6, 7, true, 10, 3, new[] { 4, 7 })]
    [InlineData(6, 20, true, 23, 3, new[] { 5, 10, 20 })]
    [InlineData(1, 17, false, 17, 0, new[] { 5, 9, 17 })]
    public void Constructor_CandidatesAndSeeds_DivideFoldsBetweenScreeningAndJudging(int candidates, int seeds, bool screened, int folds, int first, int[] looks)
    {
        var design = new TrialDesign(candidates, seeds, 0.95, Rows);
        Assert.Equal((screened, folds, first), (design.Screened, design.Folds, design.FirstFold));
        Assert.Equal(looks, design.Looks);
        Assert.Equal(1, design.Shares.Sum(), 1e-12);
    }

    [Theory]
    [InlineData(6, 20, 690, 20)]
    [InlineData(6, 20, 540, 15)]
    [InlineData(6, 20, 100, 10)]
    [InlineData(6, 5, 100, 5)]
    [InlineData(1, 20, 450, 15)]
    public void Constructor_FewRows_MakesFewerPairs(int candidates, int seeds, int rows, int pairs)
        => Assert.Equal(pairs, new TrialDesign(candidates, seeds, 0.95, rows).Pairs);

    [Fact]
    public void Choose_ScreeningDifferences_TakesTheTwoBestThatDidBetter()
    {
        Assert.Equal([3, 0], TrialDesign.Choose([[0.01, 0.02, 0.03], [-0.02, 0.01, 0], [0.01, 0.01, 0.01], [0.1, 0, 0]]));
        Assert.Equal([1], TrialDesign.Choose([[0.0, 0, 0], [0.01, 0, 0]]));
    }

    [Fact]
    public void Judge_TwoLooks_DividesEachPValueByItsShareAndTakesTheSmaller()
    {
        var design = new TrialDesign(1, 10, 0.95, Rows);
        double[] five = [0.020, 0.022, 0.019, 0.020, 0.021], ten = [.. five, 0.02, 0.01, 0.03, 0.02, 0.02];
        double first = Statistics.CorrectedResampledT(five, HeldOut, Training).PValue / 0.2;
        double last = Statistics.CorrectedResampledT(ten, HeldOut, Training).PValue / 0.8;
        Assert.Equal(first, design.Judge(five, HeldOut, Training).PValue, 1e-12);
        Assert.Equal(Math.Min(first, last), design.Judge(ten, HeldOut, Training).PValue, 1e-12);
        Assert.Equal(0.99, design.Judge(five, HeldOut, Training).Interval.Confidence, 1e-12);
        Assert.Equal(0.96, design.Judge(ten, HeldOut, Training).Interval.Confidence, 1e-12);
        Assert.True(design.IsSettled(design.Judge(five, HeldOut, Training), 5, 2));
        Assert.False(design.IsSettled(design.Judge(five, HeldOut, Training), 4, 2));
    }

    [Fact]
    public void Judge_ThreeLooks_TakesTheSmallestOfTheLooksPassed()
    {
        var design = new TrialDesign(1, 20, 0.95, Rows);
        double[] d = [.. Enumerable.Range(0, 20).Select(i => 0.01 + (0.02 * (i % 3)) - (i > 9 ? 0.02 : 0))];
        double P(int n) => Statistics.CorrectedResampledT([.. d.Take(n)], HeldOut, Training).PValue;
        Assert.Equal(P(5) / 0.1, design.Judge([.. d.Take(5)], HeldOut, Training).PValue, 1e-12);
        Assert.Equal(Math.Min(P(5) / 0.1, P(10) / 0.3), design.Judge([.. d.Take(10)], HeldOut, Training).PValue, 1e-12);
        Assert.Equal(new[] { P(5) / 0.1, P(10) / 0.3, P(20) / 0.6 }.Min(), design.Judge(d, HeldOut, Training).PValue, 1e-12);
        Assert.Equal([0.995, 0.985, 0.97], new[] { 5, 10, 20 }.Select(n => Math.Round(design.Judge([.. d.Take(n)], HeldOut, Training).Interval.Confidence, 9)));
        Assert.False(design.IsFutile([.. d.Take(10)], HeldOut, Training));
        Assert.True(design.IsFutile([.. d.Take(10).Select(v => v - 0.025)], HeldOut, Training));
    }

    [Fact]
    public void Judge_OneLook_IsTheCorrectedResampledT()
    {
        double[] d = [0.02, 0.03, 0.01, 0.02, 0.04];
        var (mean, interval, p) = Statistics.CorrectedResampledT(d, HeldOut, Training);
        Assert.Equal(new TrialEvidence(mean, interval, p), new TrialDesign(1, 5, 0.95, Rows).Judge(d, HeldOut, Training));
    }

    [Fact]
    public void IsFutile_NothingWillComeOfIt_EndsJudging()
    {
        var design = new TrialDesign(1, 10, 0.95, Rows);
        Assert.True(design.IsFutile([-0.01, -0.02, 0.01], HeldOut, Training));
        Assert.False(design.IsFutile([-0.01, 0.02, 0.01], HeldOut, Training));
        Assert.True(design.IsFutile([-0.03, 0.02, 0.01, -0.02, 0.03], HeldOut, Training));
        Assert.False(design.IsFutile([-0.01, 0.02, 0.01, 0.02, 0.03], HeldOut, Training));
    }
}

namespace Mettle.Data.Tests;

public sealed class OrderedSplitTests
{
    [Fact]
    public void Chronological_Gap_LeavesThatManyRowsOutBetweenParts()
    {
        Split split = OrderedSplit.Chronological(100, 0.1, 0.2, 3);
        Assert.Equal(Enumerable.Range(0, 64), split.Train);
        Assert.Equal(Enumerable.Range(67, 10), split.Validation);
        Assert.Equal(Enumerable.Range(80, 20), split.Test);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(4, 0)]
    [InlineData(7, 2)]
    public void Block_EveryFold_HoldsEachRowOutOnceAndKeepsItsDistance(int gap, int extra)
    {
        Split given = OrderedSplit.Chronological(200 + extra, 0.15, 0.2, gap);
        int rows = given.Validation[^1] + 1;
        var held = new List<int>();
        for (int k = 0; k < 8; k++)
        {
            Split block = OrderedSplit.Block(given, k, 8, gap);
            held.AddRange(block.Validation);
            Assert.Equal(given.Test, block.Test);
            Assert.All(block.Train, t => Assert.True(t < block.Validation[0] - gap || t > block.Validation[^1] + gap));
            Assert.All(block.Train, t => Assert.InRange(t, 0, rows - 1));
        }
        Assert.Equal(Enumerable.Range(0, rows), held.Order());
    }

    [Fact]
    public void Chronological_TooFewRows_SaysHowTheyWouldBeDivided()
        => Assert.Contains("0 for training", Assert.Throws<DataException>(() => OrderedSplit.Chronological(20, 0.2, 0.2, 10)).Message, StringComparison.Ordinal);

    [Fact]
    public void Block_GapsThatLeaveNothing_Throws()
        => Assert.Throws<DataException>(() => OrderedSplit.Block(OrderedSplit.Chronological(30, 0, 0, 0), 1, 3, 12));
}

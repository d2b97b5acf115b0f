namespace Mettle.Data.Tests;

public sealed class SplitRuleTests
{
    [Fact]
    public void Apply_Shares_PartsAreDisjointCompleteAndAscending()
    {
        Split split = new SplitRule { Validation = 0.1, Test = 0.25, Seed = 9 }.Apply(1000);

        Assert.Equal((650, 100, 250), (split.Train.Length, split.Validation.Length, split.Test.Length));
        Assert.Equal(Enumerable.Range(0, 1000), split.Train.Concat(split.Validation).Concat(split.Test).Order());
        Assert.All([split.Train, split.Validation, split.Test], part => Assert.Equal(part.Order(), part));
    }

    [Fact]
    public void Apply_SameSeed_SameSplitAndOtherSeedOther()
    {
        int[] classes = [.. Enumerable.Range(0, 300).Select(i => i % 3)];
        Split one = new SplitRule { Seed = 1 }.Apply(300, classes);
        Split again = new SplitRule { Seed = 1 }.Apply(300, classes);
        Split other = new SplitRule { Seed = 2 }.Apply(300, classes);

        Assert.Equal(one.Test, again.Test);
        Assert.Equal(one.Validation, again.Validation);
        Assert.NotEqual(one.Test, other.Test);
    }

    [Fact]
    public void Apply_KnownSeed_RowsNeverChange()
    {
        // Written down once: a changed generator would silently change every published split.
        Assert.Equal(KnownTest, new SplitRule { Seed = 42, Validation = 0, Test = 0.25 }.Apply(40).Test);
    }

    private static readonly int[] KnownTest = [1, 3, 4, 11, 13, 18, 24, 36, 37, 39];

    [Fact]
    public void Apply_ManySeeds_EveryRowIsEquallyOftenInTest()
    {
        const int seeds = 4000;
        int[] hits = new int[20];
        for (ulong seed = 0; seed < seeds; seed++)
        {
            foreach (int row in new SplitRule { Seed = seed, Validation = 0, Test = 0.5 }.Apply(20).Test)
                hits[row]++;
        }
        // Five standard deviations of a fair coin.
        double spread = 5 * Math.Sqrt(seeds * 0.25);
        Assert.All(hits, count => Assert.InRange(count, seeds / 2 - spread, seeds / 2 + spread));
    }

    [Theory]
    [InlineData(0.15, 0.15)]
    [InlineData(0.1, 0.6)]
    [InlineData(0.0, 0.3)]
    public void Apply_Classes_SharesHoldInEachAndTrainingHasAll(double validation, double test)
    {
        int[] sizes = [400, 150, 37, 10, 3, 2, 1];
        int[] classes = [.. sizes.SelectMany((size, c) => Enumerable.Repeat(c, size))];
        new Random(4).Shuffle(classes);

        Split split = new SplitRule { Validation = validation, Test = test, Seed = 5 }.Apply(classes.Length, classes);

        for (int c = 0; c < sizes.Length; c++)
        {
            Assert.InRange(split.Test.Count(row => classes[row] == c), sizes[c] * test - 2, sizes[c] * test + 2);
            Assert.InRange(split.Validation.Count(row => classes[row] == c), sizes[c] * validation - 2, sizes[c] * validation + 2);
            Assert.Contains(split.Train, row => classes[row] == c);
        }
    }

    [Fact]
    public void Apply_TestEvery_ExactlyThoseRows()
    {
        Split split = new SplitRule { TestEvery = (5, 2), Validation = 0.2, Seed = 3 }.Apply(50);

        Assert.Equal(Enumerable.Range(0, 50).Where(i => i % 5 == 2), split.Test);
        Assert.Equal((30, 10), (split.Train.Length, split.Validation.Length));
    }

    [Fact]
    public void Apply_TestFromAnotherFile_NoTestRows() =>
        Assert.Empty(new SplitRule { Test = 0, Validation = 0.2 }.Apply(10).Test);

    [Theory]
    [InlineData(0.5, 0.5)]
    [InlineData(-0.1, 0.2)]
    [InlineData(double.NaN, 0.2)]
    public void Apply_SharesThatLeaveNothing_SaysSo(double validation, double test) =>
        Assert.Contains("leave nothing to train on", Assert.Throws<DataException>(() => new SplitRule { Validation = validation, Test = test }.Apply(100)).Message);

    [Fact]
    public void Apply_TooFewRows_SaysSo()
    {
        Assert.Contains("3 rows would be divided", Assert.Throws<DataException>(() => new SplitRule().Apply(3)).Message);
        Assert.Contains("modulo 1", Assert.Throws<DataException>(() => new SplitRule { TestEvery = (1, 0) }.Apply(10)).Message);
        Assert.Contains("0 rows", Assert.Throws<DataException>(() => new SplitRule { Validation = 0, Test = 0 }.Apply(0)).Message);
    }
}

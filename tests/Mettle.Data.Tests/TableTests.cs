namespace Mettle.Data.Tests;

public sealed class TableTests
{
    private static readonly Table Small = new(
        [new NumericColumn("n", [1, double.NaN, 3]), new CategoricalColumn("c", [1, 0, -1], ["a", "b"])], "small.csv", [2, 3, 5]);

    [Fact]
    public void Take_RowsInAnyOrder_ValuesLevelsAndLinesFollow()
    {
        Table taken = Small.Take([2, 0, 0]);

        Assert.Equal([3, 1, 1], ((NumericColumn)taken["n"]).Values);
        Assert.Equal([-1, 1, 1], ((CategoricalColumn)taken["c"]).Codes);
        Assert.Equal(["a", "b"], ((CategoricalColumn)taken["c"]).Levels);
        Assert.Equal([5, 2, 2], Enumerable.Range(0, 3).Select(taken.LineOf));
        Assert.Equal("small.csv", taken.Source);
        Assert.Equal((0, 1), (taken["n"].MissingCount, taken["c"].MissingCount));
    }

    [Fact]
    public void Take_RowOutside_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => Small.Take([3]));

    [Fact]
    public void Without_Names_LeavesTheOthers()
    {
        Assert.Equal(["c"], Small.Without("n").Names);
        Assert.Contains("No column would remain", Assert.Throws<DataException>(() => Small.Without("n", "c")).Message);
        Assert.Contains("no column of this name", Assert.Throws<DataException>(() => Small.Without("x")).Message);
    }

    [Fact]
    public void Table_ColumnsThatDoNotFit_Throws()
    {
        Assert.Throws<ArgumentException>(() => new Table([]));
        Assert.Throws<ArgumentException>(() => new Table([new NumericColumn("a", [1]), new NumericColumn("b", [1, 2])]));
        Assert.Throws<ArgumentException>(() => new Table([new NumericColumn("a", [1]), new NumericColumn("a", [2])]));
        Assert.Throws<ArgumentException>(() => new NumericColumn("a", [double.PositiveInfinity]));
        Assert.Throws<ArgumentException>(() => new CategoricalColumn("a", [1], ["only"]));
    }

    [Theory]
    [InlineData("a,y\n3.5,0\n", "is not a whole number in 0..16")]
    [InlineData("a,y\n17,0\n", "is not a whole number in 0..16")]
    [InlineData("a,y\n-1,0\n", "is not a whole number in 0..16")]
    [InlineData("a,y\n?,0\n", "A pixel is missing.")]
    [InlineData("a,y\n1,?\n", "The target is missing.")]
    [InlineData("a,y\nx,1\n", "A pixel column is not numeric.")]
    [InlineData("a,b,y\n1,2,0\n", "There are 2 pixel columns, 1 x 1 images need 1.")]
    public void LabelledImagesFromTable_UnfitTable_SaysWhere(string text, string problem)
    {
        using TempFolder folder = new();
        Table table = CsvReader.Read(folder.Write("pixels.csv", text));

        DataException e = Assert.Throws<DataException>(() => LabelledImages.FromTable(table, "y", 1, 1, 16));

        Assert.Contains(problem, e.Message);
        Assert.StartsWith(table.Source!, e.Message);
    }
}

using System.Text;

namespace Mettle.Data.Tests;

public sealed class CsvReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_MixedColumns_InfersKinds()
    {
        Table table = Read("age,job,pay\n39,clerk,1e3\n 50 , nurse ,?\n?,?,-0.5\n");

        Assert.Equal(3, table.RowCount);
        Assert.Equal(["age", "job", "pay"], table.Names);
        NumericColumn age = Assert.IsType<NumericColumn>(table["age"]);
        Assert.Equal([39, 50, double.NaN], age.Values);
        Assert.Equal(1, age.MissingCount);
        CategoricalColumn job = Assert.IsType<CategoricalColumn>(table["job"]);
        Assert.Equal(["clerk", "nurse"], job.Levels);
        Assert.Equal([0, 1, -1], job.Codes);
        Assert.Equal([1000, double.NaN, -0.5], Assert.IsType<NumericColumn>(table["pay"]).Values);
    }

    [Fact]
    public void Read_RowsInAnotherOrder_SameLevels()
    {
        CategoricalColumn one = (CategoricalColumn)Read("a\nx\ny\nz\n")["a"];
        CategoricalColumn other = (CategoricalColumn)Read("a\nz\nx\ny\n")["a"];

        Assert.Equal(one.Levels, other.Levels);
        Assert.Equal([2, 0, 1], other.Codes);
    }

    [Theory]
    [InlineData("a,b\r\n1,2\r\n3,4\r\n")]
    [InlineData("a,b\r1,2\r3,4")]
    [InlineData("\uFEFFa,b\n\n1,2\n  \n3,4\n\n")]
    [InlineData("\"a\",\"b\"\n\"1\",\"2\"\n\"3\" ,  \"4\"\n")]
    public void Read_LineEndsMarksAndBlankLines_SameTable(string text)
    {
        Table table = Read(text);

        Assert.Equal(["a", "b"], table.Names);
        Assert.Equal([1, 3], ((NumericColumn)table["a"]).Values);
        Assert.Equal([2, 4], ((NumericColumn)table["b"]).Values);
    }

    [Fact]
    public void Read_QuotedFields_KeepDelimiterQuoteAndLineBreak()
    {
        Table table = Read("a,b\n\"x, \"\"y\"\"\",1\n\"two\nlines\",2\nz,3\n");

        Assert.Equal(["two\nlines", "x, \"y\"", "z"], ((CategoricalColumn)table["a"]).Levels);
        Assert.Equal([2, 3, 5], Enumerable.Range(0, 3).Select(table.LineOf));
    }

    [Fact]
    public void Read_Gzip_ToldByContentNotName()
    {
        byte[] text = "a\n1\n2\n"u8.ToArray();
        string member = _folder.WriteGzip("plain.csv", text);
        string chained = _folder.Write("chained.csv.gz", [.. TempFolder.Gzip("a\n1\n"u8), .. TempFolder.Gzip("2\n"u8)]);
        string named = _folder.Write("named.gz", text);

        foreach (string path in (string[])[member, chained, named])
            Assert.Equal([1, 2], ((NumericColumn)CsvReader.Read(path)["a"]).Values);
    }

    [Fact]
    public void Read_NoHeader_NamesByPositionOrGiven()
    {
        string path = _folder.Write("data.csv", "1;x\n2;y\n");

        Assert.Equal(["c0", "c1"], CsvReader.Read(path, new CsvOptions { Header = false, Delimiter = ';' }).Names);
        Assert.Equal(["n", "s"], CsvReader.Read(path, new CsvOptions { Header = false, Delimiter = ';', Names = ["n", "s"] }).Names);
        Assert.Equal(1, CsvReader.Read(path, new CsvOptions { Header = true, Delimiter = ';', Names = ["n", "s"] }).RowCount);
    }

    [Fact]
    public void Read_Declarations_OverrideInference()
    {
        Table table = Read("zip,size,void\n01,7,?\n10,?,NA\n", new CsvOptions { Categorical = ["zip", "void"], Numeric = ["size"] });

        Assert.Equal(["01", "10"], ((CategoricalColumn)table["zip"]).Levels);
        Assert.Equal([7, double.NaN], ((NumericColumn)table["size"]).Values);
        Assert.Equal([-1, -1], ((CategoricalColumn)table["void"]).Codes);
    }

    [Fact]
    public void Read_TrimTarget_OnlyTargetIsTrimmed()
    {
        Table table = Read("a,y\nx.,<=50K.\nx,>50K\n", new CsvOptions { Target = "y", TrimTarget = "." });

        Assert.Equal(["<=50K", ">50K"], ((CategoricalColumn)table["y"]).Levels);
        Assert.Equal(["x", "x."], ((CategoricalColumn)table["a"]).Levels);
    }

    [Fact]
    public void ReadLike_TestFileLooksDifferent_KeepsTrainingKinds()
    {
        Table train = Read("a,b\nx,1\n7,2\n");
        string test = _folder.Write("test.csv", "a,b\n1,?\n2,?\n");

        Table read = CsvReader.ReadLike(train, test);

        Assert.IsType<CategoricalColumn>(read["a"]);
        Assert.IsType<NumericColumn>(read["b"]);
    }

    [Fact]
    public void Read_WideColumn_RoundTripsDoubles()
    {
        Random random = new(3);
        double[] values = [.. Enumerable.Range(0, 500).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64())).Where(double.IsFinite)];
        string text = "v\n" + string.Join('\n', values.Select(v => v.ToString("R", System.Globalization.CultureInfo.InvariantCulture))) + "\n";

        Assert.Equal(values, ((NumericColumn)Read(text)["v"]).Values);
    }

    [Fact]
    public void Read_ShippedDigits_1797RowsOf64PixelsAndLabel()
    {
        Table table = CsvReader.Read(RealData.Sample("digits/digits.csv.gz"), new CsvOptions { Header = false, Categorical = ["c64"] });
        LabelledImages digits = LabelledImages.FromTable(table, "c64", 8, 8, 16);

        Assert.Equal(1797, digits.Count);
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], digits.ClassNames);
        Assert.Equal([0, 0, 5, 13, 9, 1, 0, 0], digits[0][..8].ToArray());
        int[] counts = [.. digits.Labels.CountBy(label => label).OrderBy(pair => pair.Key).Select(pair => pair.Value)];
        Assert.Equal([178, 182, 177, 183, 181, 182, 181, 179, 174, 180], counts);
    }

    [Fact]
    public void Read_Adult_RowsAndMissingValuesAsPublished()
    {
        string[] names = ["age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation", "relationship",
            "race", "sex", "capital-gain", "capital-loss", "hours-per-week", "native-country", "income"];
        CsvOptions options = new() { Header = false, Names = names, Target = "income", TrimTarget = "." };

        Table train = CsvReader.Read(RealData.OrSkip("tabular/adult/adult-train.csv.gz"), options);
        Table test = CsvReader.ReadLike(train, RealData.OrSkip("tabular/adult/adult-test.csv.gz"), options);

        Assert.Equal((32561, 16281), (train.RowCount, test.RowCount));
        Assert.Equal([1836, 1843, 583], ((string[])["workclass", "occupation", "native-country"]).Select(name => train[name].MissingCount));
        Assert.Equal([963, 966, 274], ((string[])["workclass", "occupation", "native-country"]).Select(name => test[name].MissingCount));
        Assert.Equal(6, train.Columns.OfType<NumericColumn>().Count());
        Assert.Equal(["<=50K", ">50K"], ((CategoricalColumn)test["income"]).Levels);
        Assert.Equal(7841, ((CategoricalColumn)train["income"]).Codes.Count(code => code == 1));
    }

    [Fact]
    public void Read_CaliforniaHousing_MissingBedrooms()
    {
        Table table = CsvReader.Read(RealData.OrSkip("tabular/california-housing/housing.csv.gz"));

        Assert.Equal(20640, table.RowCount);
        Assert.Equal(207, table["total_bedrooms"].MissingCount);
        Assert.Equal(["<1H OCEAN", "INLAND", "ISLAND", "NEAR BAY", "NEAR OCEAN"], ((CategoricalColumn)table["ocean_proximity"]).Levels);
        Assert.Equal(206855.816909, ((NumericColumn)table["median_house_value"]).Values.Average(), 1e-5);
    }

    [Theory]
    [InlineData("tabular/german/german.csv", false, 1000, 21)]
    [InlineData("tabular/compas/compas-scores-two-years.csv.gz", true, 7214, 53)]
    [InlineData("tabular/small/titanic.csv", true, 891, 15)]
    [InlineData("tabular/small/penguins.csv", true, 344, 7)]
    [InlineData("timeseries/elec2.csv.gz", true, 45312, 7)]
    [InlineData("timeseries/ETTh1.csv.gz", true, 17420, 8)]
    public void Read_PublishedTables_RowsAndColumns(string path, bool header, int rows, int columns)
    {
        string file = RealData.OrSkip(path);
        IReadOnlyList<string>? names = path.Contains("compas") ? [.. Enumerable.Range(0, 53).Select(i => $"v{i}")] : null;

        Table table = CsvReader.Read(file, new CsvOptions { Header = header, Names = names });

        Assert.Equal((rows, columns), (table.RowCount, table.Columns.Length));
    }

    private Table Read(string text, CsvOptions? options = null) =>
        CsvReader.Read(_folder.Write($"{Guid.NewGuid():N}.csv", Encoding.UTF8.GetBytes(text)), options);
}

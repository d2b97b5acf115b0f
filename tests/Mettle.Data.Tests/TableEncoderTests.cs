using System.Globalization;
using System.Text;

namespace Mettle.Data.Tests;

public sealed class TableEncoderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Encode_TrainingRowsOnly_MeanMedianAndLevelsComeFromThem()
    {
        Table table = Read("n,c,y\n1,a,no\n?,b,yes\n3,?,no\n8,a,yes\n1000,z,no\n");
        TableEncoder encoder = TableEncoder.Fit(table, [0, 1, 2, 3], new EncoderOptions { Target = "y" });

        EncodedTable encoded = encoder.Encode(table);

        // Known training values 1, 3, 8: median 3; filled in 1, 3, 3, 8: mean 3.75, variance 6.6875.
        double deviation = Math.Sqrt(6.6875);
        Assert.Equal(["n", "n_missing"], encoded.NumericNames);
        double[] expected = [(1 - 3.75) / deviation, 0, (3 - 3.75) / deviation, 1, (3 - 3.75) / deviation, 0, (8 - 3.75) / deviation, 0, (1000 - 3.75) / deviation, 0];
        Assert.Equal(expected, encoded.Numeric.Select(v => (double)v), (a, b) => Math.Abs(a - b) <= 1e-6 * Math.Max(1, Math.Abs(b)));
        Assert.Equal([1, 2, 0, 1, 0], encoded.Categorical);
        Assert.Equal([3], encoded.Cardinalities);
        Assert.Equal([0, 1, 0, 1, 0], encoded.Labels);
        Assert.Equal(["no", "yes"], encoded.ClassNames);
        Assert.Empty(encoded.Targets);
    }

    [Fact]
    public void Encode_NoGapsInTraining_NoIndicatorAndMedianLater()
    {
        Table train = Read("n,y\n1,a\n2,b\n3,a\n");
        TableEncoder encoder = TableEncoder.Fit(train, [0, 1, 2], new EncoderOptions { Target = "y" });

        EncodedTable encoded = encoder.Encode(CsvReader.ReadLike(train, _folder.Write("t.csv", "n,y\n?,a\n")));

        Assert.Equal(["n"], encoded.NumericNames);
        Assert.Equal([0f], encoded.Numeric);
    }

    [Fact]
    public void Encode_Regression_TargetStandardised()
    {
        Table table = Read("n,y\n1,10\n2,20\n3,30\n");
        TableEncoder encoder = TableEncoder.Fit(table, [0, 2], new EncoderOptions { Target = "y" });

        Assert.Equal([-1f, 0f, 1f], encoder.Encode(table).Targets);
        Assert.Equal((20, 10), (encoder.Target.Mean, encoder.Target.Scale));
        Assert.Empty(encoder.Encode(table).Labels);
    }

    [Fact]
    public void Encode_NumericClasses_OrderedByValue()
    {
        Table table = Read("n,y\n1,10\n2,9\n3,-1\n4,10\n");
        TableEncoder encoder = TableEncoder.Fit(table, [0, 1, 2], new EncoderOptions { Target = "y", Task = TargetTask.Classification });

        Assert.Equal(["-1", "9", "10"], encoder.Encode(table).ClassNames);
        Assert.Equal([2, 1, 0, 2], encoder.Encode(table).Labels);
    }

    [Fact]
    public void Fit_AutoTargetUnrelated_HeavyTailGetsNormalScores()
    {
        StringBuilder text = new("even,heavy,y\n");
        for (int i = 0; i < 2000; i++)
            text.Append(CultureInfo.InvariantCulture, $"{i},{(i < 1900 ? 0 : Math.Pow(1.1, i - 1900))},{(i % 2 == 0 ? "a" : "b")}\n");
        Table table = Read(text.ToString());
        int[] rows = [.. Enumerable.Range(0, 2000)];

        TableEncoder encoder = TableEncoder.Fit(table, rows, new EncoderOptions { Target = "y" });
        EncodedTable encoded = encoder.EncodeFeatures(table);

        Assert.Equal([NumericTransform.Standard, NumericTransform.Quantile], encoder.Numeric.Select(e => e.Transform));
        float[] heavy = [.. rows.Select(row => encoded.Numeric[row * 2 + 1])];
        Assert.InRange(heavy.Max(), 3, 8);
        Assert.Equal(0, heavy.Average(), 1e-5);
        Assert.Equal(1, heavy.Average(v => v * v), 1e-4);
        Assert.Equal(heavy.Order(), heavy);
        Assert.Equal(heavy[^1], Encode(encoder.Numeric[1], 1e300));
        Assert.Equal(heavy[0], Encode(encoder.Numeric[1], -5));
    }

    [Fact]
    public void Fit_QuantileOfDistinctValues_IsStandardNormal()
    {
        Random random = new(11);
        double[] values = [.. Enumerable.Range(0, 5000).Select(_ => Math.Exp(8 * random.NextDouble()))];
        NumericEncoding encoding = Fit(values, NumericTransform.Quantile);

        double[] scores = [.. values.Select(v => (double)Encode(encoding, v)).Order()];

        Assert.Equal(-1.959964, scores[125], 0.02);
        Assert.Equal(0, scores[2500], 0.005);
        Assert.Equal(1.281552, scores[4500], 0.02);
        Assert.InRange(encoding.Knots.Length, 900, 1000);
    }

    [Fact]
    public void Fit_PiecewiseTwoSteps_FindsThemAndIsLinearBetween()
    {
        // The target is 1 for 30 <= v < 60 only; one label in twenty is wrong.
        Random random = new(6);
        double[] values = [.. Enumerable.Range(0, 2000).Select(_ => Math.Round(100 * random.NextDouble(), 1)), 0, 100];
        int[] labels = [.. values.Select(v => v is >= 30 and < 60 ^ random.Next(20) == 0 ? 1 : 0)];

        NumericEncoding encoding = NumericEncoding.Fit(new NumericColumn("v", [.. values]), NumericTransform.Auto, rows => new ClassScan([.. rows.Select(row => labels[row])], 2));

        Assert.Equal(NumericTransform.Piecewise, encoding.Transform);
        Assert.Equal(3, encoding.Width);
        Assert.Equal(0, encoding.Knots[0]);
        Assert.Equal(29.95, encoding.Knots[1], 0.3);
        Assert.Equal(59.95, encoding.Knots[2], 0.3);
        Assert.Equal(100, encoding.Knots[3]);
        float[] features = new float[3];
        encoding.Encode((encoding.Knots[1] + encoding.Knots[2]) / 2, features);
        Assert.Equal([1f, 0.5f, 0f], features);
        encoding.Encode(-1e300, features);
        Assert.Equal([0f, 0f, 0f], features);
        encoding.Encode(1e300, features);
        Assert.Equal([1f, 1f, 1f], features);
    }

    [Fact]
    public void Fit_PiecewiseRegression_SplitsTheStep()
    {
        Random random = new(7);
        double[] values = [.. Enumerable.Range(0, 500).Select(_ => random.NextDouble())];
        float[] targets = [.. values.Select(v => (float)((v < 0.3 ? -1.5 : 0.65) + 0.2 * (random.NextDouble() - 0.5)))];

        NumericEncoding encoding = NumericEncoding.Fit(new NumericColumn("v", [.. values]), NumericTransform.Auto, rows => new MeanScan([.. rows.Select(row => targets[row])]));

        Assert.Equal(2, encoding.Width);
        Assert.Equal(0.3, encoding.Knots[1], 0.02);
    }

    [Fact]
    public void Fit_AutoTargetUnrelated_RarelySplits()
    {
        int split = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            double[] values = [.. Enumerable.Range(0, 1000).Select(_ => random.NextDouble())];
            NumericEncoding encoding = NumericEncoding.Fit(new NumericColumn("v", [.. values]), NumericTransform.Auto, rows => new ClassScan([.. rows.Select(_ => random.Next(3))], 3));
            split += encoding.Transform == NumericTransform.Piecewise ? 1 : 0;
        }
        Assert.InRange(split, 0, 20);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Advance_EveryCut_GainEqualsItsDefinition(int seed)
    {
        Random random = new(seed);
        int[] labels = [.. Enumerable.Range(0, 60).Select(_ => random.Next(4))];
        float[] targets = [.. labels.Select(_ => (float)random.NextDouble())];
        ClassScan classes = new(labels, 4);
        MeanScan means = new(targets);
        classes.Begin(10, 50);
        means.Begin(10, 50);
        for (int cut = 11; cut < 50; cut++)
        {
            Assert.Equal(Entropy(labels[10..50]) - Entropy(labels[10..cut]) - Entropy(labels[cut..50]), classes.Advance(), 1e-9);
            Assert.Equal(0.5 * (Errors(targets[10..50]) - Errors(targets[10..cut]) - Errors(targets[cut..50])), means.Advance(), 1e-5);
        }

        static double Entropy(int[] part) => -part.CountBy(c => c).Sum(pair => pair.Value * Math.Log((double)pair.Value / part.Length));
        static double Errors(float[] part) => part.Sum(v => Math.Pow(v - part.Average(u => (double)u), 2));
    }

    [Fact]
    public void Fit_Log1p_SignedLogarithm()
    {
        NumericEncoding encoding = Fit([-99, 0, 99], NumericTransform.Log1p);

        Assert.Equal(Math.Log(100) * Math.Sqrt(2.0 / 3), encoding.Scale, 1e-14);
        Assert.Equal(Math.Log(10) / encoding.Scale, Encode(encoding, 9), 1e-6);
        Assert.Equal(-Encode(encoding, 5), Encode(encoding, -5));
    }

    [Theory]
    [InlineData("1,1,1,1", NumericTransform.Auto)]
    [InlineData("?,?,?,?", NumericTransform.Auto)]
    [InlineData("?,?,?,?", NumericTransform.Quantile)]
    [InlineData("1e308,-1e308,1e308,1.7e308", NumericTransform.Auto)]
    [InlineData("1e308,-1e308,1e308,1.7e308", NumericTransform.Standard)]
    [InlineData("1e308,-1e308,1e308,1.7e308", NumericTransform.Quantile)]
    [InlineData("1e308,-1e308,1e308,1.7e308", NumericTransform.Log1p)]
    [InlineData("1e-320,0,5e-324,0", NumericTransform.Standard)]
    [InlineData("1e-320,0,5e-324,0", NumericTransform.Log1p)]
    [InlineData("7,?,?,?", NumericTransform.Quantile)]
    [InlineData("5e-324,0,5e-324,0", NumericTransform.Piecewise)]
    [InlineData("1e-320,0,5e-324,0", NumericTransform.Quantile)]
    [InlineData("1.7e308,-1.7e308,1.7e308,-1.7e308", NumericTransform.Piecewise)]
    public void Encode_ExtremeColumns_FiniteFeatures(string values, NumericTransform transform)
    {
        string four = string.Concat(values.Split(',').Select((v, i) => $"{v},{"ab"[i % 2]}\n"));
        Table table = Read("n,y\n" + string.Concat(Enumerable.Repeat(four, 20)), new CsvOptions { Numeric = ["n"] });
        TableEncoder encoder = TableEncoder.Fit(table, [.. Enumerable.Range(0, 80)], new EncoderOptions { Target = "y", Transform = transform });

        Assert.All(encoder.Encode(table).Numeric, value => Assert.InRange(value, -3f, 3f));
        Assert.True(float.IsFinite(Encode(encoder.Numeric[0], double.MaxValue)));
        Assert.True(float.IsFinite(Encode(encoder.Numeric[0], double.MinValue)));
    }

    [Theory]
    [InlineData(NumericTransform.Standard)]
    [InlineData(NumericTransform.Log1p)]
    [InlineData(NumericTransform.Quantile)]
    [InlineData(NumericTransform.Piecewise)]
    public void FromJson_RoundTrip_SameBits(NumericTransform transform)
    {
        Random random = new(2);
        string text = "n,c,y\n" + string.Concat(Enumerable.Range(0, 400).Select(_ => Math.Tan(3 * random.NextDouble())).Select(n =>
            FormattableString.Invariant($"{n},{"äbc"[random.Next(3)]},{Math.Sin(n) + random.NextDouble()}\n")));
        Table table = Read(text);
        TableEncoder encoder = TableEncoder.Fit(table, [.. Enumerable.Range(0, 300)], new EncoderOptions { Target = "y", Transform = transform });
        Assert.Equal(transform, encoder.Numeric[0].Transform);

        TableEncoder loaded = TableEncoder.FromJson(encoder.ToJson());

        Assert.Equal(encoder.ToJson(), loaded.ToJson());
        Assert.Equal(encoder.Encode(table).Numeric, loaded.Encode(table).Numeric);
        Assert.Equal(encoder.Encode(table).Categorical, loaded.Encode(table).Categorical);
        Assert.Equal(encoder.Encode(table).Targets, loaded.Encode(table).Targets);
    }

    [Fact]
    public void Encode_TableThatDoesNotFit_NamesThePlace()
    {
        Table train = Read("n,c,y\n1,a,no\n2,b,yes\n");
        TableEncoder encoder = TableEncoder.Fit(train, [0, 1], new EncoderOptions { Target = "y" });

        DataException unseen = Assert.Throws<DataException>(() => encoder.Encode(Read("n,c,y\n1,a,no\n1,a,maybe\n")));
        Assert.Contains("class 'maybe' does not occur in the training rows, which have 'no', 'yes'", unseen.Message);
        Assert.Equal((3, "y"), (unseen.Line, unseen.Column));
        Assert.Contains("target is missing", Assert.Throws<DataException>(() => encoder.Encode(Read("n,c,y\n1,a,\n"))).Message);
        Assert.Contains("not numeric", Assert.Throws<DataException>(() => encoder.Encode(Read("n,c,y\nx,a,no\n"))).Message);
        Assert.Contains("not categorical", Assert.Throws<DataException>(() => encoder.Encode(Read("n,c,y\n1,1,no\n"))).Message);
        Assert.Contains("no column of this name", Assert.Throws<DataException>(() => encoder.Encode(Read("n,y\n1,no\n"))).Message);
        Assert.Equal(1, encoder.EncodeFeatures(Read("n,c\n1,a\n")).RowCount);
    }

    [Fact]
    public void Fit_OptionsThatDoNotFit_SaySo()
    {
        Table table = Read("n,c,y\n1,a,no\n2,b,\n");

        Assert.Contains("Did you mean 'y'", Assert.Throws<DataException>(() => TableEncoder.Fit(table, [0], new EncoderOptions { Target = "Y" })).Message);
        Assert.Contains("target is missing", Assert.Throws<DataException>(() => TableEncoder.Fit(table, [0, 1], new EncoderOptions { Target = "y" })).Message);
        Assert.Contains("holds names", Assert.Throws<DataException>(() => TableEncoder.Fit(table, [0], new EncoderOptions { Target = "y", Task = TargetTask.Regression })).Message);
        Assert.Contains("left to learn from", Assert.Throws<DataException>(() => TableEncoder.Fit(table, [0], new EncoderOptions { Target = "y", Ignore = ["n", "c"] })).Message);
        Assert.Throws<ArgumentException>(() => TableEncoder.Fit(table, [], new EncoderOptions { Target = "y" }));
    }

    [Theory]
    [InlineData("", "not an encoder")]
    [InlineData("null", "'null'")]
    [InlineData("{}", "not an encoder|version 0")]
    [InlineData("{\"version\":7,\"numeric\":[],\"categorical\":[],\"target\":null}", "version 7")]
    [InlineData("{\"version\":1,\"numeric\":[],\"categorical\":[],\"target\":null}", "lacks a part")]
    [InlineData("{\"version\":1,\"numeric\":[null],\"categorical\":[],\"target\":{\"name\":\"y\",\"task\":\"Regression\",\"classes\":[],\"mean\":0,\"scale\":1}}", "lacks a part")]
    [InlineData("{\"version\":1,\"numeric\":[],\"categorical\":[],\"target\":{\"name\":\"y\",\"task\":\"Regression\",\"classes\":[],\"mean\":0,\"scale\":0}}", "contradict")]
    public void FromJson_NotAnEncoder_SaysSo(string json, string problems)
    {
        DataException e = Assert.Throws<DataException>(() => TableEncoder.FromJson(json, "encoder.json"));

        Assert.Contains(problems.Split('|'), e.Message.Contains);
        Assert.Equal("encoder.json", e.File);
    }

    [Fact]
    public void Encode_Adult_EveryNumberHasRanges()
    {
        string[] names = [.. Enumerable.Range(0, 14).Select(i => $"c{i}"), "income"];
        Table table = CsvReader.Read(RealData.OrSkip("tabular/adult/adult-train.csv.gz"), new CsvOptions { Header = false, Names = names });
        int[] rows = [.. Enumerable.Range(0, 30000)];
        TableEncoder encoder = TableEncoder.Fit(table, rows, new EncoderOptions { Target = "income" });
        EncodedTable encoded = encoder.Encode(table);

        Assert.All(encoder.Numeric, e => Assert.Equal(NumericTransform.Piecewise, e.Transform));
        Assert.All(encoded.Numeric, value => Assert.InRange(value, 0f, 1f));
        Assert.Equal(encoded.NumericNames.Length, encoded.NumericColumns.Length);
        Assert.Equal(["c0", "c2", "c4", "c10", "c11", "c12"], encoded.NumericColumns.Distinct());
        Assert.Equal(8, encoded.Cardinalities.Length);
    }

    private static NumericEncoding Fit(double[] values, NumericTransform transform) =>
        NumericEncoding.Fit(new NumericColumn("v", [.. values]), transform, rows => new MeanScan(new float[rows.Length]));

    private static float Encode(NumericEncoding encoding, double value)
    {
        float[] features = new float[encoding.Width];
        encoding.Encode(value, features);
        return features[0];
    }

    private Table Read(string text, CsvOptions? options = null) => CsvReader.Read(_folder.Write($"{Guid.NewGuid():N}.csv", text), options);
}

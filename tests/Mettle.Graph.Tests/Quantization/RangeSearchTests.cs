using Mettle.Graphs.Quantization;

namespace Mettle.Graphs.Tests.Quantization;

public sealed class RangeSearchTests
{
    [Fact]
    public void Find_MinMax_IsWhatWasSeenAndZero()
    {
        Assert.Equal(new ValueRange(-2, 5), RangeSearch.Find(new ValueHistogram(-2, 5), CalibrationMethod.MinMax));
        Assert.Equal(new ValueRange(0, 5), RangeSearch.Find(new ValueHistogram(3, 5), CalibrationMethod.MinMax));
        Assert.Equal(new ValueRange(-4, 0), RangeSearch.Find(new ValueHistogram(-4, -1), CalibrationMethod.MinMax));
    }

    [Theory]
    [InlineData(100, 1000)]
    [InlineData(99, 990)]
    [InlineData(90, 900)]
    public void Find_PercentileOfEvenlySpreadValues_CutsThatShareOffTheTop(double percentile, double expected)
    {
        // 0.5, 1.5, ... 999.5: one in each part of a thousandth.
        var histogram = new ValueHistogram(0, 1000);
        histogram.Add([.. Enumerable.Range(0, 1000).Select(i => i + 0.5f)]);

        var range = RangeSearch.Find(histogram, CalibrationMethod.Percentile, percentile);

        Assert.Equal(0, range.Low);
        Assert.InRange(range.High, expected - 1.5, expected + 1.5);
    }

    [Fact]
    public void Find_PercentileOfSignedValues_CutsHalfAtEitherEnd()
    {
        var histogram = new ValueHistogram(-500, 500);
        histogram.Add([.. Enumerable.Range(-500, 1000).Select(i => i + 0.5f)]);

        var range = RangeSearch.Find(histogram, CalibrationMethod.Percentile, 90);

        Assert.InRange(range.Low, -451.5, -448.5);
        Assert.InRange(range.High, 448.5, 451.5);
    }

    [Fact]
    public void Find_EntropyWithOneValueFarOut_GivesItUp()
    {
        float[] values = Values(farOut: 100);
        var histogram = new ValueHistogram(values.Min(), values.Max());
        histogram.Add(values);

        var range = RangeSearch.Find(histogram, CalibrationMethod.Entropy);

        Assert.InRange(range.High, 2, 30);
        Assert.InRange(range.Low, -30, -2);
    }

    [Fact]
    public void Find_MseOfEvenlySpreadValues_KeepsAllOfThem()
    {
        var histogram = new ValueHistogram(0, 1);
        histogram.Add([.. Enumerable.Range(0, 20000).Select(i => (i + 0.5f) / 20000)]);

        Assert.Equal(1, RangeSearch.Find(histogram, CalibrationMethod.Mse).High, 0.011);
    }

    // The least error among ranges, counted from the values themselves.
    [Fact]
    public void Find_Mse_HasNearlyTheLeastErrorOfAllShares()
    {
        float[] values = Values(farOut: 20);
        var histogram = new ValueHistogram(values.Min(), values.Max());
        histogram.Add(values);
        double Error(ValueRange range)
        {
            double scale = (range.High - range.Low) / 255;
            double zero = Math.Round(-range.Low / scale);
            return values.Sum(v => Math.Pow(v - ((Math.Clamp(Math.Round(v / scale) + zero, 0, 255) - zero) * scale), 2));
        }

        double least = Enumerable.Range(1, 100).Min(s => Error(new(values.Min() * s / 100.0, values.Max() * s / 100.0)));

        Assert.InRange(Error(RangeSearch.Find(histogram, CalibrationMethod.Mse)), least, least * 1.02);
    }

    [Fact]
    public void Find_NothingSeen_IsARangeAllTheSame()
    {
        foreach (var method in Enum.GetValues<CalibrationMethod>())
        {
            var range = RangeSearch.Find(new ValueHistogram(0, 0), method);
            Assert.True(range is { Low: <= 0, High: >= 0 });
        }
    }

    [Fact]
    public void Add_NotANumber_IsNotCounted()
    {
        var histogram = new ValueHistogram(-1, 1);
        histogram.Add([float.NaN, 0.5f, -1, 1, float.PositiveInfinity]);

        Assert.Equal(4, histogram.Counts.ToArray().Sum());
        Assert.Equal(1, histogram.Counts[0]);
        Assert.Equal(2, histogram.Counts[^1]);
    }

    private static float[] Values(float farOut) => [.. Tensor.Normal(RandomKey.FromSeed(5), [20000]).ToArray<float>(), farOut];
}

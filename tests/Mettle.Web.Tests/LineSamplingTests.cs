using Mettle.Web.Charts;

namespace Mettle.Web.Tests;

public sealed class LineSamplingTests
{
    [Fact]
    public void Strokes_ValueIsNaN_BreaksTheLine()
    {
        var strokes = LineSampling.Strokes([0, 1, 2, 3, 4], [1, 2, double.NaN, 4, 5], 100);
        Assert.Equal(2, strokes.Count);
        Assert.Equal([(0, 1), (1, 2)], strokes[0]);
        Assert.Equal([(3, 4), (4, 5)], strokes[1]);
    }

    [Fact]
    public void Strokes_LongSeries_KeepsSpikesAndEnds()
    {
        const int Count = 100_000;
        double[] x = [.. Enumerable.Range(0, Count).Select(i => i / (Count - 1.0))];
        double[] y = new double[Count];
        y[31_337] = 9;
        y[77_777] = -9;
        var stroke = Assert.Single(LineSampling.Strokes(x, y, 200));
        Assert.InRange(stroke.Count, 200, 404);
        Assert.Contains((x[31_337], 9), stroke);
        Assert.Contains((x[77_777], -9), stroke);
        Assert.Equal((0, 0), stroke[0]);
        Assert.Equal((1, 0), stroke[^1]);
        Assert.Equal(stroke.OrderBy(p => p.X), stroke);
    }

    [Fact]
    public void Strokes_LongSeriesWithOneNaN_BreaksThereOnly()
    {
        double[] x = [.. Enumerable.Range(0, 10_000).Select(i => i / 9_999.0)];
        double[] y = [.. x.Select((v, i) => i == 5_003 ? double.NaN : v)];
        var strokes = LineSampling.Strokes(x, y, 50);
        Assert.Equal(2, strokes.Count);
        Assert.Equal(x[5_002], strokes[0][^1].X);
        Assert.Equal(x[5_004], strokes[1][0].X);
    }

    [Fact]
    public void Strokes_PlacesCrowdAtOneEnd_KeepsTheSparseOnes()
    {
        double[] x = [.. Enumerable.Range(1, 10_000).Select(i => Math.Log10(i) / 4)];
        var stroke = Assert.Single(LineSampling.Strokes(x, x, 100));
        Assert.Equal(x[..10], stroke.Take(10).Select(p => p.X));
        Assert.InRange(stroke.Count, 100, 202);
    }

    [Fact]
    public void Strokes_CurveTurnsBack_KeepsItsOrder()
    {
        double[] angle = [.. Enumerable.Range(0, 5_000).Select(i => i * Math.Tau / 4_999)];
        var stroke = Assert.Single(LineSampling.Strokes([.. angle.Select(a => 0.5 + (0.5 * Math.Cos(a)))], [.. angle.Select(a => 0.5 + (0.5 * Math.Sin(a)))], 100));
        Assert.InRange(stroke.Count, 100, 202);
        Assert.All(stroke, p => Assert.Equal(0.5, Math.Sqrt(Math.Pow(p.X - 0.5, 2) + Math.Pow(p.Y - 0.5, 2)), 1e-9));
        Assert.InRange(stroke.Min(p => p.X), 0, 0.001);
    }

    [Fact]
    public void Strokes_NothingDrawable_IsEmpty()
    {
        Assert.Empty(LineSampling.Strokes([], [], 10));
        Assert.Empty(LineSampling.Strokes([1, 2], [double.NaN, double.PositiveInfinity], 10));
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 5)]
    [InlineData(5, 5)]
    [InlineData(1000, 40)]
    public void Spread_AnyCount_KeepsFirstAndLastInOrder(int count, int most)
    {
        var kept = LineSampling.Spread(count, most);
        Assert.Equal(Math.Min(count, most), kept.Count);
        Assert.Equal(kept.Distinct().Order(), kept);
        if (count > 0)
            Assert.Equal((0, count - 1), (kept[0], kept[^1]));
    }
}

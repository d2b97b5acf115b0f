using Mettle.Web.Charts;

namespace Mettle.Web.Tests;

public sealed class AxisTests
{
    [Theory]
    [InlineData(0, 0.97, 5, "0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(-3, 7, 5, "−4 −2 0 2 4 6 8")]
    [InlineData(0, 12345, 4, "0 5,000 10,000 15,000")]
    [InlineData(0, 2_400_000, 4, "0 1M 2M 3M")]
    [InlineData(0.00012, 0.00019, 4, "0.00012 0.00014 0.00016 0.00018 0.00020")]
    public void Over_LinearValues_LabelsRoundSteps(double low, double high, int ticks, string labels)
    {
        Axis axis = Axis.Over([low, high], ticks);
        Assert.Equal(labels, string.Join(' ', axis.Ticks.Select(t => t.Label)));
        Assert.InRange(axis.Fraction(low), 0, 1);
        Assert.InRange(axis.Fraction(high), 0, 1);
    }

    [Fact]
    public void Over_WholeNumbers_HasNoFractionalTicks()
    {
        Axis axis = Axis.Over([1, 2, 3], 6, tight: true);
        Assert.Equal(["1", "2", "3"], axis.Ticks.Select(t => t.Label));
        Assert.Equal(0, axis.Fraction(1));
        Assert.Equal(1, axis.Fraction(3));
    }

    [Theory]
    [InlineData(0.003, 40, "0.001 0.01 0.1 1 10 100")]
    [InlineData(2, 30, "1 2 5 10 20 50 100")]
    [InlineData(1e-9, 1, "1e−9 1e−7 1e−5 0.001 0.1")]
    public void Over_LogarithmicValues_LabelsPowersOfTen(double low, double high, string labels)
    {
        Axis axis = Axis.Over([low, high, -1, 0, double.NaN], 6, log: true);
        Assert.True(axis.Log);
        Assert.Equal(labels, string.Join(' ', axis.Ticks.Select(t => t.Label)));
        Assert.True(double.IsNaN(axis.Fraction(0)));
        Assert.True(double.IsNaN(axis.Fraction(-1)));
    }

    [Fact]
    public void Over_NoPositiveValue_IsLinearThoughLogarithmicWasAsked() =>
        Assert.False(Axis.Over([0, -1], 5, log: true).Log);

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(-1e12)]
    public void Over_ConstantValues_LeavesRoomAround(double value)
    {
        Axis axis = Axis.Over([value, value], 5, tight: true);
        Assert.InRange(axis.Fraction(value), 0.2, 0.8);
        Assert.InRange(axis.Ticks.Count, 2, 12);
    }

    [Fact]
    public void Over_NothingFinite_IsZeroToOne()
    {
        Axis axis = Axis.Over([double.NaN, double.PositiveInfinity], 5);
        Assert.Equal((0, 1), (axis.Min, axis.Max));
        Assert.True(double.IsNaN(axis.Fraction(double.NaN)));
    }

    [Theory]
    [InlineData(-1.7e308, 1.7e308, false)]
    [InlineData(5e-324, 1.7e308, true)]
    [InlineData(1, 1.0000000000000002, false)]
    public void Over_ExtremeRanges_KeepsTicksWithinTheAxis(double low, double high, bool log)
    {
        Axis axis = Axis.Over([low, high], 5, log);
        Assert.InRange(axis.Ticks.Count, 2, 14);
        Assert.All(axis.Ticks, t => Assert.InRange(axis.Fraction(t.Value), -1e-9, 1 + 1e-9));
    }
}

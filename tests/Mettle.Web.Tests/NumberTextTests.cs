using Mettle.Challenges;
using Mettle.Web.Charts;

namespace Mettle.Web.Tests;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.98331, "0.9833")]
    [InlineData(12345.67, "12,346")]
    [InlineData(-0.5, "−0.5")]
    [InlineData(1.234e-7, "1.234e−7")]
    [InlineData(3.2e12, "3.2e12")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "−∞")]
    public void Plain_Value_HasFourDigits(double value, string text) => Assert.Equal(text, NumberText.Plain(value));

    [Fact]
    public void Value_WithInterval_HasTheDigitsTheIntervalAllows()
    {
        Assert.Equal("98.3\u00a0%", NumberText.Value(new("accuracy", 0.983271, new(0.9745, 0.9901), "%")));
        Assert.Equal("98\u00a0%", NumberText.Value(new("accuracy", 0.983271, new(0.7, 1), "%")));
        Assert.Equal("0.13", NumberText.Value(new("gap", 0.1312, new(0.0984, 0.1671))));
        Assert.Equal("1,204", NumberText.Value(new("rows", 1203.7, new(1100, 1300))));
    }

    [Fact]
    public void Range_OfWhatRoundsTo0_HasNoSign()
    {
        Measurement loss = new("log loss", 0.1, new(-0.001, 0.2));
        Assert.Equal("0.00 to 0.20", NumberText.Range(loss));
        Assert.Equal("0\u00a0points", NumberText.Difference(new("accuracy", -0.0045, new(-0.07, 0.06), "%")));
    }

    [Theory]
    [InlineData(3_140_000, "bytes", "3.1\u00a0MB")]
    [InlineData(12, "bytes", "12\u00a0bytes")]
    [InlineData(1.5, "s", "1.5\u00a0s")]
    [InlineData(0.5, "%", "50.0\u00a0%")]
    [InlineData(7, "", "7")]
    public void Value_WithUnit_ShowsIt(double value, string unit, string text) =>
        Assert.Equal(text, NumberText.Value(new("m", value, null, unit)));

    [Fact]
    public void Difference_OfShares_IsInSignedPoints()
    {
        Assert.Equal("+1.6\u00a0points", NumberText.Difference(new("accuracy", 0.0162, new(0.0094, 0.0231), "%")));
        Assert.Equal("−0.1\u00a0points", NumberText.Difference(new("accuracy", -0.0008, new(-0.0061, 0.0043), "%")));
        Assert.Equal("0.0\u00a0points", NumberText.Difference(new("accuracy", 0, null, "%")));
    }

    [Theory]
    [InlineData(null, "none")]
    [InlineData(0.00001, "below 0.001")]
    [InlineData(0.0456, "0.046")]
    [InlineData(1.0, "1")]
    [InlineData(double.NaN, "NaN")]
    public void PValue_Any_ReadsInWords(double? p, string text) => Assert.Equal(text, NumberText.PValue(p));

    [Theory]
    [InlineData(0.84, "0.8 s")]
    [InlineData(59.6, "1 min 0 s")]
    [InlineData(80, "1 min 20 s")]
    [InlineData(7500, "2 h 5 min")]
    public void Duration_Seconds_ReadsAsATime(double seconds, string text) => Assert.Equal(text, NumberText.Duration(seconds));
}

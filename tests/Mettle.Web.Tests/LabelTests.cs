using Mettle.Web.Charts;

namespace Mettle.Web.Tests;

public sealed class LabelTests
{
    [Theory]
    [InlineData("layers.1.weight layers.10.weight layers.12.weight", "layers.*.weight", "1 10 12")]
    [InlineData("cat dog", "", "cat dog")]
    [InlineData("block1.conv block2.conv", "*.conv", "block1 block2")]
    [InlineData("same.name same.name", "", "same.name same.name")]
    [InlineData("only", "", "only")]
    public void CommonLabel_SharedEnds_AreLeftOut(string labels, string pattern, string cores)
    {
        string[] all = labels.Split(' ');
        CommonLabel common = CommonLabel.Of(all);
        Assert.Equal(pattern, common.Pattern);
        Assert.Equal(cores, string.Join(' ', all.Select(common.Core)));
    }

    [Fact]
    public void Fit_LongName_KeepsBothEndsWithinTheWidth()
    {
        string fitted = Svg.Fit("encoder.layers.11.self_attention.weight", 120);
        Assert.StartsWith("encoder", fitted);
        Assert.EndsWith("weight", fitted);
        Assert.Contains("…", fitted);
        Assert.InRange(Svg.TextWidth(fitted), 90, 120);
        Assert.Equal("short", Svg.Fit("short", 120));
        Assert.Equal("…", Svg.Fit("long name", 0));
    }

    [Fact]
    public void Fit_SurrogatePairAtTheCut_IsNotTorn()
    {
        string text = string.Concat(Enumerable.Repeat("😀", 40));
        for (int width = 20; width < 120; width++)
            Assert.DoesNotContain('\ufffd', System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(Svg.Fit(text, width))));
    }
}

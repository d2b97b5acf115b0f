using Mettle.Web.Report;

namespace Mettle.Web.Tests;

public sealed class TextDiffTests
{
    [Theory]
    [InlineData("a\nb\nc\n", "a\nx\nc\n", " a -b +x  c")]
    [InlineData("a\n", "a\nb\n", " a +b")]
    [InlineData("a\nb\n", "b\n", "-a  b")]
    [InlineData("a\r\nb", "a\nb\n", " a  b")]
    [InlineData("a\nb\nc\nd", "b\nc\ne\nd", "-a  b  c +e  d")]
    public void Lines_TwoTexts_MarksWhatChanged(string before, string after, string expected) =>
        Assert.Equal(expected, string.Join(' ', TextDiff.Lines(before, after).Select(l => l.Kind + l.Text)));

    [Fact]
    public void Changes_FarApart_LeavesTheMiddleOut()
    {
        string before = string.Join('\n', Enumerable.Range(0, 30));
        string after = before.Replace("\n4\n", "\nfour\n", StringComparison.Ordinal).Replace("\n25\n", "\n", StringComparison.Ordinal);
        string kinds = string.Concat(TextDiff.Changes(before, after, context: 2).Select(l => l.Kind));
        Assert.Equal("…  -+  …  -  …", kinds);
    }

    [Fact]
    public void Changes_EqualTexts_IsEmpty() => Assert.Empty(TextDiff.Changes("a\nb", "a\nb\n"));

    [Theory]
    [InlineData("- epochs: 10", '-', "epochs: 10")]
    [InlineData("+ epochs: 20", '+', "epochs: 20")]
    [InlineData("+", '+', "")]
    [InlineData("  layers:", ' ', "layers:")]
    [InlineData("@@ model @@", '…', "@@ model @@")]
    public void Parse_UnifiedLine_SplitsSignAndText(string line, char kind, string text) =>
        Assert.Equal(new DiffLine(kind, text), DiffLine.Parse(line));
}

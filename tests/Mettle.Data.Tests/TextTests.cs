namespace Mettle.Data.Tests;

public sealed class TextTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Encode_TextOfOtherLengths_FillsOnTheLeftAndKeepsTheSideAskedFor()
    {
        var lines = new CharacterEncoder("abc", 4, keepsEnd: false);
        var context = new CharacterEncoder("abc", 4, keepsEnd: true);
        Assert.Equal(5, lines.Symbols);
        Assert.Equal([0, 0, 2, 3], Codes(lines, "ab"));
        Assert.Equal([2, 3, 4, 2], Codes(lines, "abcabc"));
        Assert.Equal([4, 2, 3, 4], Codes(context, "abcabc"));
        Assert.Equal([0, 2, 1, 3], Codes(lines, "a😀b"));
    }

    [Fact]
    public void FromJson_WhatToJsonWrote_EncodesAlike()
    {
        var encoder = new CharacterEncoder(CharacterEncoder.AlphabetOf(["naïve \"😀\"", "\\"]), 7, keepsEnd: true);
        var again = CharacterEncoder.FromJson(encoder.ToJson(), "model.onnx");
        Assert.Equal((encoder.Alphabet, 7, true), (again.Alphabet, again.Length, again.KeepsEnd));
        Assert.Equal(Codes(encoder, "ïv\\😀x"), Codes(again, "ïv\\😀x"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"kind\":\"characters\",\"alphabet\":\"aa\",\"length\":3}")]
    [InlineData("{\"kind\":\"characters\",\"alphabet\":\"a\",\"length\":0}")]
    [InlineData("[")]
    public void FromJson_Other_NamesTheSource(string json)
        => Assert.StartsWith("model.onnx: ", Assert.Throws<DataException>(() => CharacterEncoder.FromJson(json, "model.onnx")).Message, StringComparison.Ordinal);

    [Fact]
    public void ReadLabelled_LabelEnd_CutsTheLabelAndTrimsTheText()
    {
        string path = _folder.Write("trec.txt", "\ufeffNUM:dist How far ?\r\n\r\nHUM:desc  Who was he ?\r\n"u8.ToArray());
        var lines = LabelledLines.Read(path, ' ', ":");
        Assert.Equal(["NUM", "HUM"], lines.Labels);
        Assert.Equal(["How far ?", "Who was he ?"], lines.Texts);
    }

    [Fact]
    public void ReadLabelled_LineWithoutText_NamesFileAndLine()
    {
        string path = _folder.Write("sms.tsv", "ham\tyes\nspam\n"u8.ToArray());
        var e = Assert.Throws<DataException>(() => LabelledLines.Read(path, '\t'));
        Assert.StartsWith($"{path}, line 2: ", e.Message, StringComparison.Ordinal);
        Assert.Contains("a tab", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OfFiles_TwoFiles_GivesEachTheNameOfItsFile()
    {
        string good = _folder.Write("good.txt.gz", TempFolder.Gzip("fine\nsplendid\n"u8.ToArray())), bad = _folder.Write("bad.txt", "dull\n"u8.ToArray());
        var lines = LabelledLines.OfFiles([good, bad]);
        Assert.Equal(["good", "good", "bad"], lines.Labels);
        Assert.Contains("Rename", Assert.Throws<DataException>(() => LabelledLines.OfFiles([bad, bad])).Message, StringComparison.Ordinal);
    }

    private static int[] Codes(CharacterEncoder encoder, string text)
    {
        int[] codes = new int[encoder.Length];
        encoder.Encode(text, codes);
        return codes;
    }
}

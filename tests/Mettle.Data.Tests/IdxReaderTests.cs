namespace Mettle.Data.Tests;

public sealed class IdxReaderTests : IDisposable
{
    private static readonly byte[] Images = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16];
    private static readonly byte[] Labels = [0, 0, 8, 1, 0, 0, 0, 2, 1, 0];
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadLabelled_GoodFiles_PixelsAndLabels(bool gzip)
    {
        string images = gzip ? _folder.WriteGzip("images", Images) : _folder.Write("images", Images);
        string labels = gzip ? _folder.WriteGzip("labels", Labels) : _folder.Write("labels", Labels);

        LabelledImages read = IdxReader.ReadLabelled(images, labels, ["shirt", "shoe"]);

        Assert.Equal((2, 2, 3, 255), (read.Count, read.Height, read.Width, read.MaxPixel));
        Assert.Equal([11, 12, 13, 14, 15, 16], read[1].ToArray());
        Assert.Equal([1, 0], read.Labels);
        Assert.Equal(["shirt", "shoe"], read.ClassNames);
    }

    [Fact]
    public void ReadLabelled_FashionMnist_BalancedClasses()
    {
        foreach ((string part, int count) in ((string, int)[])[("train", 60000), ("t10k", 10000)])
        {
            LabelledImages read = IdxReader.ReadLabelled(
                RealData.OrSkip($"images/fashion-mnist/{part}-images-idx3-ubyte.gz"), RealData.OrSkip($"images/fashion-mnist/{part}-labels-idx1-ubyte.gz"));

            Assert.Equal((count, 28, 28), (read.Count, read.Height, read.Width));
            Assert.All(read.Labels.CountBy(label => label), pair => Assert.Equal(count / 10, pair.Value));
        }
    }

    [Theory]
    [InlineData(new byte[] { 0, 1, 8, 1, 0, 0, 0, 1, 5 }, "does not begin like IDX")]
    [InlineData(new byte[] { 0, 0, 8 }, "does not begin like IDX")]
    [InlineData(new byte[] { 0, 0, 13, 1, 0, 0, 0, 1, 5, 5, 5, 5 }, "value type is 0x0d")]
    [InlineData(new byte[] { 0, 0, 8, 0, 5 }, "states 0 dimensions")]
    [InlineData(new byte[] { 0, 0, 8, 255, 5 }, "states 255 dimensions")]
    [InlineData(new byte[] { 0, 0, 8, 3, 0, 0, 0, 1 }, "ends inside its header, after 8 of 16 bytes")]
    [InlineData(new byte[] { 0, 0, 8, 1, 0, 0, 0, 0 }, "Dimension 1 is 0")]
    [InlineData(new byte[] { 0, 0, 8, 1, 255, 255, 255, 255, 5 }, "Dimension 1 is 4294967295")]
    [InlineData(new byte[] { 0, 0, 8, 1, 0, 0, 0, 3, 5, 5 }, "cut short: its header states 3 values, 2 are there")]
    [InlineData(new byte[] { 0, 0, 8, 1, 0, 0, 0, 1, 5, 5 }, "Bytes follow the last value: its header states 1 values, 2 are there")]
    [InlineData(new byte[] { 0, 0, 8, 2, 127, 255, 255, 255, 127, 255, 255, 255, 5 }, "states 2147483647 x 2147483647 values, 1 are there")]
    public void Read_MalformedFile_SaysWhat(byte[] bytes, string problem)
    {
        string path = _folder.Write("bad.idx", bytes);

        DataException e = Assert.Throws<DataException>(() => IdxReader.Read(path));

        Assert.Contains(problem, e.Message);
        Assert.Equal(path, e.File);
    }

    [Fact]
    public void Read_EightHugeDimensions_DoesNotOverflowToRight()
    {
        byte[] header = [0, 0, 8, 8, .. Enumerable.Repeat<byte[]>([64, 0, 0, 0], 8).SelectMany(d => d)];

        Assert.Contains("cut short", Assert.Throws<DataException>(() => IdxReader.Read(_folder.Write("huge.idx", [.. header, 1]))).Message);
    }

    [Fact]
    public void ReadLabelled_FilesThatDoNotBelongTogether_SaySo()
    {
        string images = _folder.Write("images", Images);
        string labels = _folder.Write("labels", Labels);
        string three = _folder.Write("three", [0, 0, 8, 1, 0, 0, 0, 3, 1, 0, 1]);

        Assert.Contains("3 labels but 2 images", Assert.Throws<DataException>(() => IdxReader.ReadLabelled(images, three)).Message);
        Assert.Contains("swapped", Assert.Throws<DataException>(() => IdxReader.ReadLabelled(labels, images)).Message);
        Assert.Contains("swapped", Assert.Throws<DataException>(() => IdxReader.ReadLabelled(images, images)).Message);
        Assert.Contains("Label 1 has no name", Assert.Throws<DataException>(() => IdxReader.ReadLabelled(images, labels, ["only"])).Message);
        Assert.Contains("no such file", Assert.Throws<DataException>(() => IdxReader.ReadLabelled(images, _folder["none"])).Message);
    }
}

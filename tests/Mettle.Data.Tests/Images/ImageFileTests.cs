using System.Text;

namespace Mettle.Data.Tests.Images;

public sealed class ImageFileTests : IDisposable
{
    // Pillow's JPEG library computes the cosine transform and colours in whole numbers, and halves of planes in two steps.
    private const int JpegRounding = 3;

    private static readonly Lazy<Dictionary<string, (int[] Shape, ushort[] Values)>> Expected = new(ReadExpected);

    private readonly TempFolder _folder = new();

    public static TheoryData<string> Names => [.. Expected.Value.Keys.Where(k => k.Contains('.', StringComparison.Ordinal))];

    public static TheoryData<string, string> Bad => new()
    {
        { "", "empty" },
        { "GIF89a", "no PNG, JPEG, BMP or PNM" },
        { "P5 0 5 255 ", "0 x 5 pixels" },
        { "P5 99999 99999 255 ", "99999 x 99999 pixels" },
        { "P5 2 2 255 ab", "cut short" },
        { "P5 2 2 0 abcd", "brightest value of 0" },
        { "P2 2 1 7 3 9 ", "above the header's 7" },
        { "P2 2 x 7 3 9 ", "a number was expected" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_AsPillowReadsIt_HasThePixels(string name)
    {
        PixelImage image = ImageFile.Read(RealData.Fixture($"images/{name}"));
        var (shape, values) = Expected.Value[name];

        Assert.Equal(shape, image.Channels == 1 && shape.Length == 2 ? [image.Height, image.Width] : [image.Height, image.Width, image.Channels]);
        Assert.Equal(name.Contains("16-bits", StringComparison.Ordinal) ? 65535 : 255, image.MaxValue);
        int furthest = values.Zip(image.Values, (a, b) => Math.Abs(a - b)).Max();
        Assert.InRange(furthest, 0, name.EndsWith("jpg", StringComparison.Ordinal) ? JpegRounding : 0);
        Assert.InRange(values.Zip(image.Values, (a, b) => Math.Abs(a - b)).Average(), 0, 0.35);
    }

    [Theory]
    [InlineData(28, 20)]
    [InlineData(53, 60)]
    [InlineData(100, 90)]
    [InlineData(1, 1)]
    public void Resize_AsPillowDoes_WithinOne(int width, int height)
    {
        PixelImage image = ImageFile.Read(RealData.Fixture("images/rgb.png")).Resize(width, height);

        Assert.Equal((width, height, 3), (image.Width, image.Height, image.Channels));
        Assert.InRange(Expected.Value[$"resized-{width}x{height}"].Values.Zip(image.Values, (a, b) => Math.Abs(a - b)).Max(), 0, 1);
    }

    [Fact]
    public void ToGrey_AsPillowDoes_WithinOne()
    {
        PixelImage grey = ImageFile.Read(RealData.Fixture("images/rgb.png")).ToGrey();

        Assert.InRange(Expected.Value["to-grey"].Values.Zip(grey.Values, (a, b) => Math.Abs(a - b)).Max(), 0, 1);
        Assert.Equal(grey.Values, grey.ToRgb().ToGrey().Values);
    }

    [Fact]
    public void Read_TextPnm_TakesCommentsAndBlanks()
    {
        PixelImage grey = ImageFile.Read(_folder.Write("a.pgm", "P2 # grey\n2 # wide\n 2\n7\n0 7\n 3 4 "));
        PixelImage bits = ImageFile.Read(_folder.Write("a.pbm", "P1 3 2\n010\n1 1 0\n"));
        PixelImage colour = ImageFile.Read(_folder.Write("a.ppm", "P3 1 1 1000\n0 500 1000\n"));

        Assert.Equal([0, 7, 3, 4], grey.Values.Select(v => (int)v));
        Assert.Equal([255, 0, 255, 0, 0, 255], bits.Values.Select(v => (int)v));
        Assert.Equal([0, 500, 1000], colour.Values.Select(v => (int)v));
        Assert.Equal((7, 255, 1000, 3), (grey.MaxValue, bits.MaxValue, colour.MaxValue, colour.Channels));
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void Read_BadFile_SaysWhatIsWrong(string text, string part)
    {
        string path = _folder.Write("bad", Encoding.Latin1.GetBytes(text));

        Assert.Contains(part, Assert.Throws<DataException>(() => ImageFile.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ColoursOfPrint_SaysSo()
        => Assert.Contains("4 planes", Assert.Throws<DataException>(() => ImageFile.Read(RealData.Fixture("images/bad-cmyk.jpg"))).Message, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_CutAnywhere_IsAnErrorOrHasAllPixels(string name)
    {
        byte[] good = File.ReadAllBytes(RealData.Fixture($"images/{name}"));
        ushort[] whole = ImageFile.Read(RealData.Fixture($"images/{name}")).Values;
        for (int length = 0; length < good.Length; length += Math.Max(1, good.Length / 40))
        {
            string path = _folder.Write("cut", good.AsSpan(0, length));
            try
            {
                Assert.Equal(whole, ImageFile.Read(path).Values);
            }
            catch (DataException e)
            {
                Assert.Equal(path, e.File);
            }
        }
    }

    [Fact]
    public void Read_TinyFileOfManyPixels_TakesNoMemory()
    {
        // The size stands at byte 16 of a PNG; its checksum is made right again.
        byte[] png = File.ReadAllBytes(RealData.Fixture("images/rgb.png"));
        (png[18], png[22]) = (0x10, 0x10);
        uint crc = Crc32.Of(png.AsSpan(12, 17));
        for (int i = 0; i < 4; i++)
            png[29 + i] = (byte)(crc >> (24 - (8 * i)));
        byte[] jpeg = File.ReadAllBytes(RealData.Fixture("images/smooth-progressive-2.jpg"));
        int frame = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xff, 0xc2]);
        (jpeg[frame + 5], jpeg[frame + 7]) = (0x10, 0x10);
        foreach (byte[] file in new[] { png, jpeg })
        {
            string path = _folder.Write("huge", file);
            long before = GC.GetAllocatedBytesForCurrentThread();

            Assert.Contains("cut short", Assert.Throws<DataException>(() => ImageFile.Read(path)).Message, StringComparison.Ordinal);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    private static Dictionary<string, (int[], ushort[])> ReadExpected()
    {
        using var scope = MemoryScope.Begin();
        return NpzFile.Read(RealData.Fixture("images/expected.npz")).ToDictionary(
            a => a.Key, a => (a.Value.Shape.Dims.ToArray(), Array.ConvertAll(a.Value.To(DType.I32).ToArray<int>(), v => (ushort)v)), StringComparer.Ordinal);
    }
}

using System.Globalization;
using System.Text;

namespace Mettle.Data.Tests;

/// <summary>Damaged files give the right answer (by a second, plain reading) or a <see cref="DataException"/>; never another exception, never much memory.</summary>
public sealed class FuzzTests : IDisposable
{
    private const int Cases = 3000;
    private static readonly byte[] Telling = "\",\n\r .?eE-+0123456789{}[]:\0\u007f"u8.ToArray();
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public void CsvRead_DamagedFile_TableOrDataException(bool gzip, int seed)
    {
        byte[] text = Encoding.UTF8.GetBytes("age,job,\"pay, net\",y\n" + string.Concat(
            Enumerable.Range(0, 12).Select(i => $"{i * 7 % 50}, {(i % 3 == 0 ? "?" : $"jöb{i % 4}")}, \"{i}.5e{i % 3}\",{(i % 2 == 0 ? "\"no \"\"way\"\"\"" : "yes.")}\n")));
        byte[] good = gzip ? TempFolder.Gzip(text) : text;
        Random random = new(seed);
        int read = 0;
        for (int i = 0; i < Cases; i++)
        {
            byte[] damaged = Damage(good, random);
            string path = _folder.Write("fuzz.csv", damaged);
            bool header = i % 5 > 0;
            try
            {
                Table table = CsvReader.Read(path, new CsvOptions { MaxBytes = 1 << 16, Header = header });
                RequireEqual(CsvOracle.Records(Encoding.UTF8.GetString(IsGzip(damaged) ? text : damaged)), header, table);
                read++;
            }
            catch (DataException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
        Assert.InRange(read, 1, Cases - 1);
    }

    [Theory]
    [InlineData(false, 11)]
    [InlineData(true, 12)]
    public void LinesRead_DamagedFile_LinesOrDataException(bool gzip, int seed)
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 12).Select(i => $"{(i % 3 == 0 ? "späm" : "ham")}:x\tgreetings {i} \U0001F600\n")));
        byte[] good = gzip ? TempFolder.Gzip(text) : text;
        Random random = new(seed);
        int read = 0;
        for (int i = 0; i < Cases; i++)
        {
            string path = _folder.Write("fuzz.tsv", Damage(good, random));
            try
            {
                LabelledLines lines = LabelledLines.Read(path, '\t', ":", latin1: i % 3 == 0, 1 << 16);
                Assert.Equal(lines.Texts.Length, lines.Labels.Length);
                Assert.All(lines.Texts, t => Assert.Equal(t.Trim(), t));
                Assert.DoesNotContain("", lines.Labels);
                var encoder = new CharacterEncoder(CharacterEncoder.AlphabetOf(lines.Texts), 8, keepsEnd: i % 2 == 0);
                int[] codes = new int[8];
                foreach (string t in lines.Texts)
                {
                    encoder.Encode(t, codes);
                    Assert.All(codes, c => Assert.True(c != CharacterEncoder.Unknown && c >= 0 && c < encoder.Symbols));
                }
                read++;
            }
            catch (DataException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                Assert.Equal(path, e.File);
            }
        }
        Assert.InRange(read, 1, Cases - 1);
    }

    [Theory]
    [InlineData(21)]
    public void EncoderRead_DamagedJson_EncoderOrDataException(int seed)
    {
        byte[] characters = Encoding.UTF8.GetBytes(new CharacterEncoder("abc\"ö", 9, keepsEnd: true).ToJson());
        byte[] series = Encoding.UTF8.GetBytes(new SeriesForm(["a", "b"], 24, 3, ",").ToJson());
        Random random = new(seed);
        for (int i = 0; i < Cases; i++)
        {
            string json = Encoding.UTF8.GetString(Damage(i % 2 == 0 ? characters : series, random));
            try
            {
                if (i % 2 == 0)
                    Assert.InRange(CharacterEncoder.FromJson(json, "x").Length, 1, int.MaxValue);
                else
                    Assert.NotEmpty(SeriesForm.FromJson(json, "x").Columns);
            }
            catch (DataException e)
            {
                Assert.Equal("x", e.File);
            }
        }
    }

    [Theory]
    [InlineData(false, 3)]
    [InlineData(true, 4)]
    public void IdxRead_DamagedFile_ArrayOrDataException(bool gzip, int seed)
    {
        byte[] idx = [0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0, 2, .. Enumerable.Range(0, 24).Select(i => (byte)i)];
        byte[] good = gzip ? TempFolder.Gzip(idx) : idx;
        Random random = new(seed);
        for (int i = 0; i < Cases; i++)
        {
            byte[] damaged = Damage(good, random);
            string path = _folder.Write("fuzz.idx", damaged);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                IdxArray array = IdxReader.Read(path, 1 << 16);
                byte[] whole = IsGzip(damaged) ? idx : damaged;
                Assert.Equal(whole[(4 + 4 * whole[3])..], array.Values.ToArray());
                Assert.Equal(array.Values.Length, array.Shape.Aggregate(1L, (product, d) => product * d));
            }
            catch (DataException e)
            {
                Assert.Equal(path, e.File);
            }
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    [Theory]
    [InlineData("f4.npy", 6)]
    [InlineData("f8-columns.npy", 7)]
    [InlineData("plain.npz", 8)]
    [InlineData("packed.npz", 9)]
    public void NpyRead_DamagedFile_TensorOrDataException(string name, int seed)
    {
        byte[] good = File.ReadAllBytes(RealData.Fixture($"arrays/{name}"));
        Random random = new(seed);
        int read = 0;
        for (int i = 0; i < Cases; i++)
        {
            string path = _folder.Write("fuzz", Damage(good, random));
            using var scope = MemoryScope.Begin();
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                IEnumerable<Tensor> tensors = name.EndsWith("npz", StringComparison.Ordinal) ? NpzFile.Read(path, 1 << 16).Values : [NpyFile.Read(path, 1 << 16)];
                read += tensors.All(t => t.ToBytes().Length == t.Spec.Bytes && t.Spec.Bytes < 1 << 16) ? 1 : throw new InvalidOperationException();
            }
            catch (DataException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 21);
        }
        Assert.InRange(read, 1, Cases - 1);
    }

    [Theory]
    [InlineData("rgb.png", 10)]
    [InlineData("palette-4-bits.png", 11)]
    [InlineData("interlaced.png", 12)]
    [InlineData("smooth-baseline-2.jpg", 13)]
    [InlineData("rough-progressive-1.jpg", 14)]
    [InlineData("restart-progressive.jpg", 15)]
    [InlineData("palette.bmp", 16)]
    [InlineData("grey.pgm", 17)]
    [InlineData("rgb.ppm", 18)]
    public void ImageRead_DamagedFile_ImageOrDataException(string name, int seed)
    {
        byte[] good = File.ReadAllBytes(RealData.Fixture($"images/{name}"));
        Random random = new(seed);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (int i = 0; i < Cases / 3; i++)
        {
            byte[] damaged = Damage(good, random);
            string path = _folder.Write("fuzz", i % 2 == 0 ? damaged : Mended(damaged));
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                PixelImage image = ImageFile.Read(path);
                Assert.Equal(image.Width * image.Height * image.Channels, image.Values.Length);
                Assert.All(image.Values.Take(200), v => Assert.InRange(v, 0, image.MaxValue));
            }
            catch (DataException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
            // A bit of a JPEG can stand for a block of 64 pixels in each of three planes, a byte of a PNG for a thousand.
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 26);
            Assert.InRange(clock.Elapsed.TotalSeconds, 0, 120);
        }
    }

    [Fact]
    public void EncoderFromJson_DamagedText_EncoderOrDataException()
    {
        string path = _folder.Write("data.csv", "a,b,y\n1,x,p\n?,y,q\n900,x,p\n");
        Table table = CsvReader.Read(path);
        string json = TableEncoder.Fit(table, [0, 1, 2], new EncoderOptions { Target = "y", Transform = NumericTransform.Quantile }).ToJson();
        Random random = new(5);
        for (int i = 0; i < Cases; i++)
        {
            string damaged = Encoding.UTF8.GetString(Damage(Encoding.UTF8.GetBytes(json), random));
            try
            {
                TableEncoder encoder = TableEncoder.FromJson(damaged);
                Assert.All(encoder.EncodeFeatures(table).Numeric, value => Assert.True(float.IsFinite(value)));
            }
            catch (DataException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    // With the chunks' checksums right again, damage reaches what lies behind them.
    private static byte[] Mended(byte[] file)
    {
        for (long at = 8; file is [0x89, ..] && at + 12 <= file.Length;)
        {
            uint length = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan((int)at));
            if (at + 12 + length > file.Length)
                break;
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan((int)(at + 8 + length)), Crc32.Of(file.AsSpan((int)at + 4, (int)length + 4)));
            at += 12 + length;
        }
        return file;
    }

    private static bool IsGzip(byte[] bytes) => bytes is [0x1f, 0x8b, ..];

    private static void RequireEqual(List<string[]> records, bool header, Table table)
    {
        int first = header ? 1 : 0;
        Assert.Equal(records.Count - first, table.RowCount);
        Assert.Equal(records[0].Length, table.Columns.Length);
        for (int c = 0; c < table.Columns.Length; c++)
        {
            Column column = table.Columns[c];
            Assert.Equal(header && records[0][c].Length > 0 ? records[0][c] : $"c{c}", column.Name);
            for (int row = 0; row < table.RowCount; row++)
            {
                string text = records[row + first][c];
                Assert.Equal(CsvOptions.DefaultMissing.Contains(text), column.IsMissing(row));
                if (column.IsMissing(row))
                    continue;
                if (column is NumericColumn numeric)
                    Assert.Equal(double.Parse(text, CultureInfo.InvariantCulture), numeric.Values[row]);
                else
                    Assert.Equal(text, ((CategoricalColumn)column).Levels[((CategoricalColumn)column).Codes[row]]);
            }
        }
    }

    /// <summary>One to four of: a flipped bit, a cut end, inserted bytes, a removed or repeated stretch, a byte out of the format's own.</summary>
    private static byte[] Damage(byte[] good, Random random)
    {
        List<byte> bytes = [.. good];
        for (int n = random.Next(1, 5); n > 0 && bytes.Count > 0; n--)
        {
            int at = random.Next(bytes.Count);
            int length = Math.Min(random.Next(1, 20), bytes.Count - at);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 2:
                    byte[] noise = new byte[length];
                    random.NextBytes(noise);
                    bytes.InsertRange(at, noise);
                    break;
                case 3:
                    bytes.RemoveRange(at, length);
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                default:
                    bytes[at] = Telling[random.Next(Telling.Length)];
                    break;
            }
        }
        return [.. bytes];
    }
}

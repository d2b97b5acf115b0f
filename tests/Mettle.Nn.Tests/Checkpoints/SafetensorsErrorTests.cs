using System.Buffers.Binary;
using System.Text;

namespace Mettle.Nn.Tests;

public sealed class SafetensorsErrorTests
{
    public static TheoryData<string, int, string> Headers => new()
    {
        { "[]", 0, "not a JSON object" },
        { "{", 0, "not valid JSON" },
        { "{} x", 0, "not valid JSON" },
        { """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "tensor 'w': its data end at byte 8, the file's data at 4" },
        { """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 9, "5 bytes follow the last tensor" },
        { """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "tensor 'w': shape [2] of f32 needs 8 bytes" },
        { """{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "give -4" },
        { """{"w":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 4, "whole numbers from 0 on" },
        { """{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "whole numbers from 0 on" },
        { """{"w":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "whole numbers from 0 on" },
        { """{"w":{"dtype":"F32","shape":[99999999999],"data_offsets":[0,4]}}""", 4, "dimension 0 is 99999999999" },
        { """{"w":{"dtype":"F32","shape":[2000000000,2000000000],"data_offsets":[0,4]}}""", 4, "over the 2147483647 bytes" },
        { """{"w":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", 4, "more than 12 numbers" },
        { """{"w":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}""", 4, "dtype 'F31' is not known" },
        { """{"w":{"dtype":3,"shape":[1],"data_offsets":[0,4]}}""", 4, "dtype must be a string" },
        { """{"w":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", 4, "shape must be a list" },
        { """{"w":{"dtype":"F32","shape":[1]}}""", 4, "needs dtype, shape and two data_offsets" },
        { """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "needs dtype, shape and two data_offsets" },
        { """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,2,4]}}""", 4, "more than 2 numbers" },
        { """{"w":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}""", 4, "'shape' is given twice" },
        { """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"layout":1}}""", 4, "field 'layout' is not part of the format" },
        { """{"w":7}""", 0, "tensor 'w': its entry must be an object" },
        { """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "tensor 'w': the name stands in the header twice" },
        { """{"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "tensor 'w': its data start at byte 4 and overlap" },
        { """{"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "the bytes between belong to none" },
        { """{"__metadata__":{"a":1}}""", 0, "the value of 'a' must be a string" },
        { """{"__metadata__":[]}""", 0, "must be an object of strings" },
        { """{"__metadata__":{"a":"1","a":"2"}}""", 0, "'a' stands there twice" },
        { """{"__metadata__":{},"__metadata__":{}}""", 0, "stands in the header twice" },
        { """{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "surrogate" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void Read_BrokenHeader_NamesFileAndCause(string header, int dataBytes, string cause)
    {
        using var scope = MemoryScope.Begin();
        var e = Assert.Throws<SafetensorsException>(() => Safetensors.Read(Compose(Encoding.UTF8.GetBytes(header), new byte[dataBytes]), "some.safetensors"));
        Assert.StartsWith("some.safetensors: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(cause, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_BoolThatIsNone_NamesTheTensor()
    {
        using var scope = MemoryScope.Begin();
        var header = Encoding.UTF8.GetBytes("""{"mask":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]}}""");
        var e = Assert.Throws<SafetensorsException>(() => Safetensors.Read(Compose(header, [0, 7, 1]), "f"));
        Assert.Equal("mask", e.Tensor);
    }

    [Fact]
    public void Read_NotUtf8_Says()
    {
        var e = Assert.Throws<SafetensorsException>(() => Safetensors.Read(Compose([(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)'}'], []), "f"));
        Assert.Contains("not UTF-8", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ulong.MaxValue, "at most 100000000 are allowed")]
    [InlineData(99_999_999UL, "the file is truncated")]
    public void Read_HeaderLengthBeyondTheFile_ThrowsWithoutAllocatingIt(ulong length, string cause)
    {
        var bytes = new byte[32];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var e = Assert.Throws<SafetensorsException>(() => Safetensors.Read(new MemoryStream(bytes), "f"));
        Assert.Contains(cause, e.Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    [Fact]
    public void Read_MissingFile_NamesIt()
    {
        var e = Assert.Throws<SafetensorsException>(() => Safetensors.Read("/nonexistent/model.safetensors"));
        Assert.Equal("/nonexistent/model.safetensors: there is no such file.", e.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Read_TooShortForALength_Says(int bytes)
        => Assert.Contains($"has {bytes} bytes", Assert.Throws<SafetensorsException>(() => Safetensors.Read(new MemoryStream(new byte[bytes]), "f")).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_TruncatedAnywhere_Throws()
    {
        using var scope = MemoryScope.Begin();
        byte[] whole = File.ReadAllBytes(TorchFixtures.File("dtypes.safetensors"));
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Throws<SafetensorsException>(() => Safetensors.Read(new MemoryStream(whole, 0, length), "f"));
        }
    }

    [Fact]
    public void Read_SeededMutations_EitherReadsOrThrowsItsOwnException()
    {
        using var scope = MemoryScope.Begin();
        byte[] whole = File.ReadAllBytes(TorchFixtures.File("dtypes.safetensors"));
        int headerEnd = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(whole);
        var key = RandomKey.FromSeed(20).For("safetensors mutations");
        int refused = 0;
        const int Cases = 4000;
        for (int i = 0; i < Cases; i++)
        {
            byte[] mutated = Mutate(whole, headerEnd, key.At(i));
            try
            {
                using var inner = MemoryScope.Begin();
                Safetensors.Read(new MemoryStream(mutated), "fuzz");
            }
            catch (SafetensorsException e)
            {
                refused++;
                Assert.StartsWith("fuzz: ", e.Message, StringComparison.Ordinal);
            }
        }

        // Changes of data bytes or of letters in names are no faults; most others are.
        Assert.InRange(refused, Cases / 2, Cases - 1);
    }

    private static byte[] Mutate(byte[] whole, int headerEnd, RandomKey key)
    {
        var bytes = new List<byte>(whole);
        int edits = 1 + key.Below(3);
        for (int e = 0; e < edits; e++)
        {
            var k = key.At(e);
            int at = k.Below(k.Uniform(9) < 0.9 ? Math.Min(headerEnd, bytes.Count) : bytes.Count, 1);
            switch (k.Below(6, 2))
            {
                case 0:
                    bytes[at] = (byte)k.Below(256, 3);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << k.Below(8, 3));
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, k.Below(20, 3)));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(k.Below(bytes.Count, 4), 1));
                    break;
                case 4:
                    bytes[at] = (byte)"0123456789-{}[],:\"eE."[k.Below(21, 3)];
                    break;
                default:
                    int from = k.Below(bytes.Count, 4);
                    bytes.InsertRange(at, bytes.GetRange(from, Math.Min(bytes.Count - from, k.Below(80, 3))));
                    break;
            }

            if (bytes.Count == 0)
            {
                break;
            }
        }

        // Half of the time the length is mended, so that the JSON behind it is reached.
        if (key.Uniform(7) < 0.5 && bytes.Count >= 8)
        {
            Span<byte> prefix = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)Math.Max(0, headerEnd - 8 + bytes.Count - whole.Length));
            for (int i = 0; i < 8; i++)
            {
                bytes[i] = prefix[i];
            }
        }

        return [.. bytes];
    }

    private static MemoryStream Compose(byte[] header, byte[] data)
    {
        var bytes = new byte[8 + header.Length + data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)header.Length);
        header.CopyTo(bytes, 8);
        data.CopyTo(bytes, 8 + header.Length);
        return new(bytes);
    }
}

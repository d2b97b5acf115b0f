using System.Text;

namespace Mettle.Data.Tests.Arrays;

public sealed class NpyFileTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly MemoryScope _scope = MemoryScope.Begin();

    public static TheoryData<string, DType> Written => new()
    {
        { "b1", DType.Bool }, { "u1", DType.U8 }, { "i1", DType.I8 }, { "u2", DType.U16 }, { "i2", DType.I16 }, { "u4", DType.U32 }, { "i4", DType.I32 },
        { "u8", DType.U64 }, { "i8", DType.I64 }, { "f2", DType.F16 }, { "f4", DType.F32 }, { "f8", DType.F64 },
        { "f4-big", DType.F32 }, { "i2-big", DType.I16 }, { "f8-columns", DType.F64 }, { "u1-columns", DType.U8 }, { "i8-big-columns", DType.I64 },
    };

    public static TheoryData<string, string> Bad => new()
    {
        { "", "empty" },
        { "PK", "does not begin like" },
        { Header("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", version: 4), "version 4" },
        { Header("{'descr': '<f4', 'fortran_order': False}"), "exactly descr" },
        { Header("{'descr': '<f4', 'fortran_order': 1, 'shape': (2,)}"), "from character" },
        { Header("{'descr': '<f4', 'fortran_order': False, 'shape': 2}"), "from character" },
        { Header("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)"), "from character" },
        { Header("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}"), "from character" },
        { Header("{'descr': '<f4', 'fortran_order': 'no', 'shape': (2,)}"), "another kind" },
        { Header("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}"), "from character" },
        { Header("{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536)}"), "can be held" },
        { Header("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4000000000)}"), "can be held" },
        { Header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1,1,1,1,1)}"), "13 axes" },
        { Header("{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}"), "cut short" },
        { Header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}"), "follow the last" },
        { Header("{'descr': '|O', 'fortran_order': False, 'shape': (2,)}"), "astype" },
    };

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Written))]
    public void Read_AsNumPyWroteIt_HasTypeShapeAndValues(string name, DType type)
    {
        Tensor read = NpyFile.Read(RealData.Fixture($"arrays/{name}.npy"));

        Assert.Equal(new TensorSpec([2, 3, 4], type), read.Spec);
        Assert.Equal(Values(type, 24), read.To(DType.F64).ToArray<double>());
    }

    [Theory]
    [InlineData("f4-scalar", 0)]
    [InlineData("f4-vector", 1)]
    [InlineData("f4-empty", 2)]
    public void Read_RareShapes_Holds(string name, int rank)
    {
        Tensor read = NpyFile.Read(RealData.Fixture($"arrays/{name}.npy"));

        Assert.Equal(rank, read.Rank);
        Assert.Equal(Values(DType.F32, (int)read.Count), read.To(DType.F64).ToArray<double>());
    }

    [Theory]
    [InlineData("bad-complex", "'<c8'")]
    [InlineData("bad-text", "'<U2'")]
    [InlineData("bad-records", "several fields")]
    public void Read_OtherTypes_NamesTheType(string name, string part)
        => Assert.Contains(part, Assert.Throws<DataException>(() => NpyFile.Read(RealData.Fixture($"arrays/{name}.npy"))).Message, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Bad))]
    public void Read_BadHeader_SaysWhatIsWrong(string text, string part)
    {
        string path = _folder.Write("bad.npy", Encoding.Latin1.GetBytes(text));

        var e = Assert.Throws<DataException>(() => NpyFile.Read(path));
        Assert.Equal(path, e.File);
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Written))]
    public void Write_WhatWasRead_IsNumPysOwnFile(string name, DType type)
    {
        string original = RealData.Fixture($"arrays/{name}.npy");
        using MemoryStream stream = new();
        NpyFile.Write(stream, NpyFile.Read(original));

        byte[] plain = File.ReadAllBytes(RealData.Fixture($"arrays/{name.Split('-')[0]}.npy"));
        Assert.Equal(plain, stream.ToArray());
        Assert.Equal(type, NpyFile.Read(_folder.WriteGzip("again.npy.gz", stream.ToArray())).DType);
    }

    [Fact]
    public void Write_Bfloat16_BecomesF32OfTheSameValues()
    {
        Tensor values = Tensor.From([1f, -2.5f, 0.0078125f]).To(DType.BF16);
        using MemoryStream stream = new();
        NpyFile.Write(stream, values);

        Assert.Equal([1f, -2.5f, 0.0078125f], NpyFile.Read(_folder.Write("b.npy", stream.ToArray())).ToArray<float>());
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("packed")]
    public void ReadNpz_AsNumPyWroteIt_HasTheArrays(string name)
    {
        var arrays = NpzFile.Read(RealData.Fixture($"arrays/{name}.npz"));

        Assert.Equal(["arr_0", "labels"], arrays.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Values(DType.F32, 6), arrays["arr_0"].To(DType.F64).ToArray<double>());
        Assert.Equal(Values(DType.I64, 4), arrays["labels"].To(DType.F64).ToArray<double>());
    }

    [Fact]
    public void WriteNpz_ThenRead_GivesTheSame()
    {
        using MemoryStream stream = new(), again = new();
        Dictionary<string, Tensor> arrays = new(StringComparer.Ordinal) { ["x"] = Tensor.Arange(12).Reshape(3, 4), ["mask"] = Tensor.From([true, false]) };
        NpzFile.Write(stream, arrays);
        NpzFile.Write(again, arrays);
        var read = NpzFile.Read(_folder.Write("a.npz", stream.ToArray()));

        Assert.Equal(stream.ToArray(), again.ToArray());
        Assert.Equal(["x", "mask"], read.Keys);
        Assert.Equal(arrays["x"].ToArray<long>(), read["x"].ToArray<long>());
        Assert.Equal([true, false], read["mask"].ToArray<bool>());
    }

    [Fact]
    public void ReadNpz_ArraysLargerThanTheLimit_SaysSo()
    {
        using MemoryStream stream = new();
        NpzFile.Write(stream, new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["zeros"] = Tensor.Zeros([1 << 20]) });
        string path = _folder.Write("bomb.npz", stream.ToArray());

        Assert.InRange(stream.Length, 0, 100_000);
        Assert.Contains("larger than the limit", Assert.Throws<DataException>(() => NpzFile.Read(path, 1 << 20)).Message, StringComparison.Ordinal);
    }

    private static double[] Values(DType type, int count) => [.. Enumerable.Range(0, count).Select(i => (double)(7 * i % 23)).Select(v => type switch
    {
        DType.Bool => v % 2,
        DType.U8 or DType.U16 or DType.U32 or DType.U64 => v,
        _ => v - 5,
    })];

    // Two elements of f4 behind the header.
    private static string Header(string text, int version = 1) => $"\u0093NUMPY{(char)version}\0{(char)text.Length}\0{text}01234567";
}

using System.Globalization;
using System.Text.Json;

namespace Mettle.Nn.Tests;

public sealed class SafetensorsTests
{
    [Fact]
    public void Read_EveryStoredType_GivesTheBytesAndMetadataThatPythonWrote()
    {
        using var scope = MemoryScope.Begin();
        var content = Safetensors.Read(TorchFixtures.File("dtypes.safetensors"));
        using var expected = JsonDocument.Parse(File.ReadAllBytes(TorchFixtures.File("dtypes.json")));
        var rows = expected.RootElement.GetProperty("tensors").EnumerateObject().ToList();

        Assert.Equal(rows.Select(r => r.Name).Order(), content.Tensors.Keys.Order());
        foreach (var row in rows)
        {
            var tensor = content.Tensors[row.Name];
            Assert.Equal(row.Value.GetProperty("dtype").GetString(), tensor.DType.ToString().ToUpperInvariant());
            Assert.Equal(row.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32()), tensor.Shape.Dims.ToArray());
            Assert.Equal(row.Value.GetProperty("bytes").GetString(), Convert.ToHexString(tensor.ToBytes()).ToLowerInvariant());
        }

        Assert.Equal(
            expected.RootElement.GetProperty("metadata").EnumerateObject().ToDictionary(m => m.Name, m => m.Value.GetString()!),
            content.Metadata.ToDictionary());
    }

    [Fact]
    public void Read_HalfTypes_ConvertToTheValuesPythonStates()
    {
        using var scope = MemoryScope.Begin();
        var tensors = TorchFixtures.Load("dtypes.safetensors");
        using var expected = JsonDocument.Parse(File.ReadAllBytes(TorchFixtures.File("dtypes.json")));
        foreach (string name in new[] { "f16", "bf16", "f32", "i8", "u8", "i16", "u16" })
        {
            double[] values = [.. expected.RootElement.GetProperty("tensors").GetProperty(name).GetProperty("values").EnumerateArray()
                .Select(v => v.GetString()! switch { "inf" => double.PositiveInfinity, "-inf" => double.NegativeInfinity, "nan" => double.NaN, var s => double.Parse(s, CultureInfo.InvariantCulture) })];
            Assert.Equal(values, tensors[name].To(DType.F64).ToArray<double>());
        }
    }

    [Fact]
    public void Write_WhatWasRead_ReadsBackEqualAndBytesDoNotDependOnOrder()
    {
        using var scope = MemoryScope.Begin();
        using var folder = new TempFolder();
        var content = Safetensors.Read(TorchFixtures.File("dtypes.safetensors"));

        Safetensors.Write(folder["a"], content.Tensors, content.Metadata);
        Safetensors.Write(folder["b"], content.Tensors.Reverse(), content.Metadata);
        var again = Safetensors.Read(folder["a"]);

        Assert.Equal(File.ReadAllBytes(folder["a"]), File.ReadAllBytes(folder["b"]));
        Assert.Equal(content.Metadata, again.Metadata);
        Assert.Equal(content.Tensors.Count, again.Tensors.Count);
        foreach (var (name, tensor) in content.Tensors)
        {
            Assert.Equal(tensor.Spec, again.Tensors[name].Spec);
            Assert.Equal(tensor.ToBytes(), again.Tensors[name].ToBytes());
        }
    }

    [Fact]
    public void Write_StridedView_StoresRowMajor()
    {
        using var scope = MemoryScope.Begin();
        using var folder = new TempFolder();
        var view = Tensor.From<float>([1, 2, 3, 4, 5, 6], [2, 3]).Transpose();

        Safetensors.Write(folder["t"], [new("t", view)]);

        Assert.Equal([1f, 4, 2, 5, 3, 6], Safetensors.Read(folder["t"]).Tensors["t"].ToArray<float>());
    }

    [Fact]
    public void Write_Failing_LeavesTheOldFileAndNoOther()
    {
        using var scope = MemoryScope.Begin();
        using var folder = new TempFolder();
        Safetensors.Write(folder["model"], [new("w", Tensor.Ones([2]))]);
        byte[] before = File.ReadAllBytes(folder["model"]);
        var gone = Tensor.Ones([3]);
        gone.Release();

        Assert.Throws<ObjectDisposedException>(() => Safetensors.Write(folder["model"], [new("a", Tensor.Ones([4])), new("b", gone)]));

        Assert.Equal(before, File.ReadAllBytes(folder["model"]));
        Assert.Equal(["model"], folder.Files);
    }

    [Theory]
    [InlineData("__metadata__", "reserved")]
    [InlineData("w", "given twice")]
    public void Write_BadName_Throws(string name, string cause)
    {
        using var scope = MemoryScope.Begin();
        using var stream = new MemoryStream();
        var one = Tensor.Ones([1]);
        var e = Assert.Throws<ArgumentException>(() => Safetensors.Write(stream, [new("w", one), new(name, one)]));
        Assert.Contains(cause, e.Message, StringComparison.Ordinal);
    }
}

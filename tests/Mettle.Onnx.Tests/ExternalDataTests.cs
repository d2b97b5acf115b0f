using System.Runtime.InteropServices;
using Google.Protobuf;
using Mettle.Onnx.Protos;

namespace Mettle.Onnx.Tests;

/// <summary>Elements in files beside the model: only those below its own folder are opened.</summary>
public sealed class ExternalDataTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("mettle-onnx").FullName;

    public ExternalDataTests()
    {
        Directory.CreateDirectory(Folder);
        float[] values = [9, 1, 2, 3];
        File.WriteAllBytes(Path.Combine(Folder, "weights.bin"), MemoryMarshal.AsBytes<float>(values).ToArray());
        File.WriteAllBytes(Path.Combine(root, "secret.bin"), MemoryMarshal.AsBytes<float>(values).ToArray());
    }

    private string Folder => Path.Combine(root, "model");

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Load_OffsetAndLength_ReadsThatPart()
    {
        var w = (TensorValue)Read(("location", "weights.bin"), ("offset", "4"), ("length", "12")).Graph.Initializers["w"];
        Assert.Equal([1f, 2f, 3f], w.Tensor.ToArray<float>());
    }

    [Fact]
    public void Load_FolderReachedByALink_ReadsIt()
    {
        string link = Path.Combine(root, "link");
        Directory.CreateSymbolicLink(link, Folder);
        Write(("location", "weights.bin"), ("offset", "4"));
        Assert.IsType<TensorValue>(OnnxModel.Load(Path.Combine(link, "m.onnx")).Graph.Initializers["w"]);
    }

    [Theory]
    [InlineData("../secret.bin")]
    [InlineData("sub/../../secret.bin")]
    [InlineData("/etc/hostname")]
    [InlineData("")]
    public void Load_LocationOutsideTheFolder_IsRefused(string location)
        => Assert.Contains("outside the model's folder", Refusal(("location", location)), StringComparison.Ordinal);

    [Fact]
    public void Load_LinkToAFileOutside_IsRefused()
    {
        File.CreateSymbolicLink(Path.Combine(Folder, "innocent.bin"), Path.Combine(root, "secret.bin"));
        Assert.Contains("outside the model's folder", Refusal(("location", "innocent.bin"), ("offset", "4")), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LinkToAFolderOutside_IsRefused()
    {
        Directory.CreateSymbolicLink(Path.Combine(Folder, "sub"), root);
        Assert.Contains("outside the model's folder", Refusal(("location", "sub/secret.bin"), ("offset", "4")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8", "12")]
    [InlineData("-4", "12")]
    [InlineData("4", "-12")]
    [InlineData("9223372036854775807", "12")]
    [InlineData("4", "9223372036854775807")]
    public void Load_PlaceOutsideTheFile_IsRefused(string offset, string length)
        => Assert.Contains("are not all in 'weights.bin'", Refusal(("location", "weights.bin"), ("offset", offset), ("length", length)), StringComparison.Ordinal);

    [Theory]
    [InlineData("offset", "four", "is no place in a file")]
    [InlineData("length", "8", "8 bytes do not fill f32[3]")]
    [InlineData("location", "nothing.bin", "cannot be")]
    public void Load_WrongEntry_SaysWhich(string key, string value, string message)
    {
        (string Key, string Value)[] right = [("location", "weights.bin"), ("offset", "4"), ("length", "12")];
        Assert.Contains(message, Refusal([.. right.Select(e => e.Key == key ? (key, value) : e)]), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NoLocation_IsRefused() => Assert.Contains("without a location", Refusal(("offset", "4")), StringComparison.Ordinal);

    [Fact]
    public void Parse_WithoutAFolder_IsRefused()
    {
        byte[] bytes = File.ReadAllBytes(Write(("location", "weights.bin"), ("offset", "4")));
        Assert.Contains("without a file", Assert.Throws<OnnxException>(() => OnnxModel.Parse(bytes)).Message, StringComparison.Ordinal);
    }

    private string Write(params (string Key, string Value)[] entries)
    {
        var tensor = new TensorProto { DataType = 1, Dims = { 3 }, DataLocation = TensorProto.Types.DataLocation.External };
        tensor.ExternalData.AddRange(entries.Select(e => new StringStringEntryProto { Key = e.Key, Value = e.Value }));
        string file = Path.Combine(Folder, "m.onnx");
        File.WriteAllBytes(file, LoaderTests.WithInitializer(tensor).ToByteArray());
        return file;
    }

    private OnnxModel Read(params (string Key, string Value)[] entries) => OnnxModel.Load(Write(entries));

    private string Refusal(params (string Key, string Value)[] entries) => Assert.Throws<OnnxException>(() => Read(entries)).Message;
}

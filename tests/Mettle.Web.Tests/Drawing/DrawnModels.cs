using System.Runtime.CompilerServices;
using Mettle.Graphs;
using Mettle.Nn;
using Mettle.Onnx;

namespace Mettle.Web.Tests.Drawing;

/// <summary>Models to draw: a small one of our own, and those of the data folder.</summary>
internal static class DrawnModels
{
    public const string Missing = "METTLE_DATA is not set";

    /// <summary>Names of the real models; a row that says so where there is no data.</summary>
    public static TheoryData<string> Real
        => Folder is null ? [Missing] : [.. Directory.GetFiles(Folder, "*.onnx").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    public static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));

    private static string? Folder => Environment.GetEnvironmentVariable("METTLE_DATA") is { Length: > 0 } root ? Path.Combine(root, "onnx", "models") : null;

    public static OnnxModel Load(string name)
    {
        Assert.SkipWhen(Folder is null, Missing);
        return OnnxModel.Load(Path.Combine(Folder!, name + ".onnx"));
    }

    /// <summary>A convolutional network with a residual block, as exported; <paramref name="name"/> goes into all names that a file may choose.</summary>
    public static OnnxModel Residual(string? name = null)
    {
        using var scope = MemoryScope.Begin();
        var block = new Sequential(new Conv2d(16, 16, 3, padding: 1, groups: 4), Activation.Of("relu"), new Conv2d(16, 16, 1));
        var module = new Sequential(
            new Conv2d(3, 16, 3, stride: 2, padding: 1), Activation.Of("relu"), new Residual(block), new MaxPool2d(2), new Flatten(), new Linear(16 * 8 * 8, 10));
        module.Initialize(RandomKey.FromSeed(3));
        return OnnxExport.Batched(
            n => Graph.Trace(x => [module.Forward(x, Pass.Eval).Softmax()], new Value(new TensorSpec([n, 3, 32, 32], DType.F32), name is null ? "image" : name + "0")),
            new OnnxExportSettings
            {
                Name = name ?? "residual",
                OutputNames = [name is null ? "probabilities" : name + "1"],
                Parameters = module.NamedParameters().ToDictionary(p => name is null ? p.Name : name + p.Name, p => p.Parameter.Value, StringComparer.Ordinal),
            }).ToModel();
    }
}

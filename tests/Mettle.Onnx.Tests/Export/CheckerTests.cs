using Mettle.Core.Tests.Conformance;

namespace Mettle.Onnx.Tests.Export;

/// <summary>Written files under the checker of the onnx package, by Debian's Python.</summary>
public sealed class CheckerTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("mettle-onnx");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Save_EveryArchitecture_PassesTheChecker()
    {
        PythonOnnx.SkipWithout();
        foreach (string name in Architectures.Names)
        {
            var architecture = Architectures.Of(name);
            OnnxExport.Batched(architecture.Trace).Save(File($"{name} open"));
            OnnxExport.Fixed(architecture.Trace(2)).Save(File($"{name} fixed"), externalData: true);
        }

        Assert.Equal("", Check());
    }

    [Fact]
    public void Save_EverySampleOfEveryOp_PassesTheChecker()
    {
        PythonOnnx.SkipWithout();
        int count = 0;
        foreach (var info in OpTable.All)
        {
            foreach (var sample in info.Samples().Where(s => FormTable.Refusal(s.Op) is null))
            {
                using var scope = MemoryScope.Begin();
                var inputs = Draw.Inputs(info.Name, sample, DType.F32);
                int[] all = [.. Enumerable.Range(0, sample.Op.ApplyAll(inputs).Length)];
                foreach (int[] wanted in all.Length > 1 ? [all, [0]] : new[] { all })
                {
                    OnnxExport.Fixed(RoundTrip.Of(sample.Op, inputs, wanted)).Save(File($"{info.Name} {sample.Title} {wanted.Length}"));
                    count++;
                }
            }
        }

        Assert.InRange(count, 200, 2000);
        Assert.Equal("", Check());
    }

    private string File(string name) => Path.Combine(folder.FullName, string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')) + ".onnx");

    private string Check()
    {
        var (code, text) = PythonOnnx.Script("Export/check_models.py", folder.GetFiles("*.onnx").Select(f => f.FullName));
        return text.Length == 0 && code != 0 ? $"exit code {code}" : text;
    }
}

using System.Diagnostics;
using System.Text.Json;

namespace Mettle.Nn.Tests;

/// <summary>Files written here load into PyTorch's own models, strictly, and give its outputs.</summary>
public sealed class PythonLoadTests
{
    private const string Python = "/usr/bin/python3";

    private static readonly Lazy<bool> HasTorch = new(() => File.Exists(Python) && Run("-c", "import torch").ExitCode == 0);

    [Theory]
    [InlineData("cnn", "eval.output")]
    [InlineData("lstm", "output")]
    [InlineData("gru", "output")]
    [InlineData("transformer", "output")]
    public void Save_ModelForPyTorch_LoadsStrictlyAndGivesTheSameOutput(string name, string key)
    {
        Assert.SkipUnless(HasTorch.Value, $"{Python} with torch (Debian's python3-torch) is not installed.");
        using var scope = MemoryScope.Begin();
        using var folder = new TempFolder();
        Checkpoint.Save(ReferenceTests.Load(name, DType.F32), folder["model.safetensors"], new Dictionary<string, string> { ["format"] = "pt" });

        var (exitCode, output, error) = Run(TorchFixtures.File("load_check.py"), name, folder["model.safetensors"]);

        Assert.True(exitCode == 0, error);
        using var json = JsonDocument.Parse(output);
        double[] actual = [.. json.RootElement.GetProperty("output").EnumerateArray().Select(v => v.GetDouble())];
        double[] expected = TorchFixtures.Load($"{name}.reference.safetensors")[key].ToArray<double>();
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-9);
        }
    }

    private static (int ExitCode, string Output, string Error) Run(params string[] arguments)
    {
        // Bytecode is not written: it would land in the source tree.
        var start = new ProcessStartInfo(Python, ["-B", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}

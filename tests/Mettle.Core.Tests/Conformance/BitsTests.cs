using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Mettle.Core.Tests.Conformance;

/// <summary>Same bits on every number of threads, instruction set and compiler setting; see docs/specs/determinism.md.</summary>
public sealed partial class BitsTests
{
    private static readonly Lazy<string[]> Here = new(() => [.. BitPrint.Lines()]);

    [Theory]
    [InlineData("METTLE_THREADS=1")]
    [InlineData("METTLE_THREADS=3 DOTNET_EnableAVX512=0")]
    [InlineData("METTLE_THREADS=2 DOTNET_EnableAVXVNNI=0")]
    [InlineData("METTLE_THREADS=2 DOTNET_EnableAVXVNNI=0 DOTNET_EnableAVX512=0")]
    [InlineData("DOTNET_TieredCompilation=0")]
    [InlineData("DOTNET_ReadyToRun=0")]
    [InlineData("DOTNET_TieredPGO=1")]
    [InlineData("METTLE_THREADS=2 METTLE_MEMORY_PATTERN=1")]
    public void AllOps_InChildProcess_HaveTheSameBits(string settings)
    {
        string file = Path.GetTempFileName();
        try
        {
            Run(settings, file);
            string[] there = File.ReadAllLines(file);
            Assert.Equal(Here.Value.Length, there.Length);
            string[] different = [.. Here.Value.Zip(there).Where(p => p.First != p.Second).Select(p => p.First[65..])];
            Assert.True(different.Length == 0, $"With {settings} these have other bits:\n{string.Join('\n', different)}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Sources_Kernels_CallNoFrameworkMathematics()
    {
        string[] files = Directory.GetFiles(Path.Combine(Repository.Root, "src", "Mettle.Core"), "*.cs", SearchOption.AllDirectories);
        string[] found = [.. from file in files
                             where !file.Split(Path.DirectorySeparatorChar).Contains("obj")
                             from line in File.ReadLines(file)
                             where FrameworkMathematics().IsMatch(line) && !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
                             select $"{Path.GetFileName(file)}: {line.Trim()}"];
        Assert.True(found.Length == 0, $"These calls have other bits on other platforms, instruction sets or compiler tiers; use LaneMath, Reduce or FusedMultiplyAdd:\n{string.Join('\n', found)}");
    }

    [GeneratedRegex(@"\bMathF?\.(Exp|Log|Log2|Log10|Sin|Cos|Tan|Sinh|Cosh|Tanh|Asin|Acos|Atan|Atan2|Pow|Cbrt|\w*Estimate)\(|\b(Vector(128|256|512)(<\w+>)?)\.(Exp|Log|Log2|Sin|Cos|SinCos|Pow|Hypot|Sum|Dot|\w*Estimate)\(|\bTensorPrimitives\.|\b(float|double|T)\.(Exp|Log|Pow|Sin|Cos|Tanh)\(")]
    private static partial Regex FrameworkMathematics();

    private static void Run(string settings, string file)
    {
        string host = Environment.ProcessPath!;
        var start = new ProcessStartInfo(host) { RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(host) == "dotnet")
        {
            start.ArgumentList.Add(typeof(BitsTests).Assembly.Location);
        }

        start.Environment[BitPrint.FileVariable] = file;
        foreach (string setting in settings.Split(' '))
        {
            int at = setting.IndexOf('=', StringComparison.Ordinal);
            start.Environment[setting[..at]] = setting[(at + 1)..];
        }

        using var child = Process.Start(start)!;
        string error = child.StandardError.ReadToEnd();
        child.WaitForExit();
        Assert.True(child.ExitCode == 0, error);
    }
}

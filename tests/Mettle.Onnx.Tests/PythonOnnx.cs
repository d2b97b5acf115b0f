using System.Diagnostics;

namespace Mettle.Onnx.Tests;

/// <summary>Debian's Python with the onnx package.</summary>
internal static class PythonOnnx
{
    private const string Python = "/usr/bin/python3";

    /// <summary>Skips the test where it is not installed.</summary>
    public static void SkipWithout()
        => Assert.SkipUnless(File.Exists(Python) && Run(["-c", "import onnx"], []).Code == 0, $"{Python} has no package onnx");

    /// <summary>Runs a script of this project, by its place below it; what it prints, and what it complains of where it fails.</summary>
    public static (int Code, string Text) Script(string script, IEnumerable<string> lines) => Run([Path.Combine(AppContext.BaseDirectory, script)], lines);

    private static (int Code, string Text) Run(string[] arguments, IEnumerable<string> lines)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(string.Concat(lines.Select(l => l + "\n")));
        process.StandardInput.Close();
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, process.ExitCode == 0 ? text : text + errors.Result);
    }
}

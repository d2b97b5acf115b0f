using Mettle.Core.Tests.Conformance;

namespace Mettle.Core.Tests;

/// <summary>Runs the tests, or, as a child process of one, writes the bits of every op of the table to a file.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        if (Environment.GetEnvironmentVariable(BitPrint.FileVariable) is { Length: > 0 } file)
        {
            File.WriteAllLines(file, BitPrint.Lines());
            return 0;
        }

        return args.Contains("--server") || args.Contains("--internal-msbuild-node")
            ? Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions).GetAwaiter().GetResult()
            : Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args).GetAwaiter().GetResult();
    }
}

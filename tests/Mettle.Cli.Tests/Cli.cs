using System.Text.Json;

namespace Mettle.Cli.Tests;

/// <summary>What most tests of the command line ask.</summary>
internal static class Cli
{
    /// <summary>Runs it in a folder and demands an exit code.</summary>
    public static async Task<CliResult> RunAsync(this TempFolder folder, int exitCode, params string[] arguments)
        => await folder.RunAsync(exitCode, environment: null, arguments);

    /// <inheritdoc cref="RunAsync(TempFolder, int, string[])"/>
    public static async Task<CliResult> RunAsync(this TempFolder folder, int exitCode, IReadOnlyDictionary<string, string?>? environment, params string[] arguments)
    {
        CliResult result = await CliProcess.RunAsync(folder.Path, arguments, environment);
        Assert.True(result.ExitCode == exitCode, $"mettle {string.Join(' ', arguments)}: wanted exit code {exitCode}, got {result}");
        return result;
    }

    /// <summary>The standard output as one JSON value.</summary>
    public static JsonElement Json(this CliResult result)
    {
        try
        {
            return JsonDocument.Parse(result.Output).RootElement;
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException($"not one JSON value ({e.Message}): {result}", e);
        }
    }

    /// <summary>The lines of the standard error.</summary>
    public static string[] ErrorLines(this CliResult result) => result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

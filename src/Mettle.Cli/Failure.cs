using Mettle.Data;
using Mettle.Nn;
using Mettle.Onnx;
using Mettle.Runs;

namespace Mettle.Cli;

/// <summary>What an exception means to the user: an exit code and one line per problem.</summary>
internal sealed record Failure(int ExitCode, IReadOnlyList<string> Lines)
{
    public static Failure Of(Exception e) => e switch
    {
        RecipeException recipe => new(Cli.ExitCode.BadInput, [.. recipe.Problems.Select(p => OneLine(p.ToString()))]),
        BadInputException or DataException or RunStoreException or SafetensorsException or StateDictException or OnnxException
            or InvalidDataException or IOException or UnauthorizedAccessException => new(Cli.ExitCode.BadInput, [OneLine(e.Message)]),
        OutOfMemoryException => new(Cli.ExitCode.BadInput, ["there is not enough memory; make the model, train.batch or the data smaller"]),
        _ => new(Cli.ExitCode.Internal, [OneLine($"a fault of Mettle, please report it: {e.GetType().Name}: {e.Message}"), .. Trace(e)]),
    };

    /// <summary>Whether what was given is at fault.</summary>
    public static bool IsBadInput(Exception e) => Of(e).ExitCode == Cli.ExitCode.BadInput;

    private static string OneLine(string message)
        => string.Join(' ', message.Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static IEnumerable<string> Trace(Exception e)
        => (e.StackTrace ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(12).Select(l => "  " + l);
}

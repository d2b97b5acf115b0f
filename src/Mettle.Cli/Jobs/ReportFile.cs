using Mettle.Challenges;
using Mettle.Runs;
using Mettle.Web.Report;

namespace Mettle.Cli;

/// <summary>The report of a run in its folder.</summary>
internal static class ReportFile
{
    public const string Json = "report.json";
    public const string Html = "report.html";

    /// <summary>Writes both forms, each whole or not at all.</summary>
    public static void Write(RunFolder folder, RunReport report, bool html)
    {
        folder.WriteAtomic(Json, stream => ReportJson.Write(report, stream));
        if (html) folder.WriteAtomic(Html, stream => ReportWriter.WriteAsync(report, stream).GetAwaiter().GetResult());
    }

    /// <summary>Reads a finished run's report.</summary>
    /// <exception cref="BadInputException">The run has none.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static RunReport Read(string folder)
    {
        string path = Path.Combine(folder, Json);
        if (!File.Exists(path))
            throw new BadInputException($"{folder}: there is no {Json}; only a finished 'mettle run' has one");
        using FileStream stream = File.OpenRead(path);
        return ReportJson.Read(stream, path);
    }
}

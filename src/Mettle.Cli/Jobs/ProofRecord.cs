using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Mettle.Challenges;
using Mettle.Runs;

namespace Mettle.Cli;

/// <summary>The outcome of a proof as scripts read it and as it lies in <c>docs/proofs</c>.</summary>
internal sealed record ProofRecord(
    string Id, string Metric, double Baseline, double Treated, double Effect, Interval Ci, string Target, bool Passed, int Seeds, double Seconds,
    IReadOnlyList<ProofPart> Parts, bool Short, DateTimeOffset At, string Version)
{
    private const string Folder = "docs/proofs";

    /// <summary>Made from a proof that ended now.</summary>
    public static ProofRecord Of(ProofResult r, bool shortForm) => new(
        r.Id, r.Metric, r.Baseline, r.Treated, r.Effect, r.Ci, r.Target, r.Passed, r.Seeds, Math.Round(r.Seconds, 1), r.Parts, shortForm, TimeProvider.System.GetUtcNow(),
        typeof(ProofRecord).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "");

    /// <summary>The parts that say more than the headline.</summary>
    public IEnumerable<ProofPart> FurtherParts() => Parts.Where(p => p.Claim != Metric);

    /// <summary>The last outcome on record, or null.</summary>
    /// <exception cref="InvalidDataException">The record is damaged.</exception>
    public static ProofRecord? Last(string challenge)
    {
        string path = Path.Combine(Find(), $"{challenge}.json");
        if (!File.Exists(path)) return null;
        try
        {
            using FileStream stream = File.OpenRead(path);
            return JsonSerializer.Deserialize<ProofRecord>(stream, Terminal.JsonOptions);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: is no record of a proof ({e.Message}); write it anew with 'mettle prove {challenge} --docs'", e);
        }
    }

    /// <summary>Writes the record and a page that a person reads.</summary>
    /// <returns>The page's path.</returns>
    public string WriteDocs(Challenge challenge, IReadOnlyList<Evidence> evidence)
    {
        string folder = Find();
        string page = Path.Combine(folder, $"{Id}.md");
        AtomicFile.Write(Path.Combine(folder, $"{Id}.json"), s => s.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(this, Terminal.JsonOptions) + "\n")));
        AtomicFile.Write(page, s => s.Write(Encoding.UTF8.GetBytes(Page(challenge, evidence))));
        return page;
    }

    /// <summary>The outcome for the run store.</summary>
    public StoredProof Stored() => new($"{Id}-{At.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}", Id, At, Passed, Effect, double.NaN, Seconds, JsonSerializer.Serialize(this, Terminal.JsonOptions));

    /// <summary>The folder of the records: of the working folder's project, else of the installation.</summary>
    private static string Find()
    {
        foreach (string start in new[] { Directory.GetCurrentDirectory(), AppContext.BaseDirectory })
        {
            for (DirectoryInfo? at = new(start); at is not null; at = at.Parent)
            {
                string folder = Path.Combine(at.FullName, Folder);
                if (Directory.Exists(folder)) return folder;
            }
        }

        return Path.GetFullPath(Folder);
    }

    private string Page(Challenge challenge, IReadOnlyList<Evidence> evidence)
    {
        var text = new StringBuilder();
        text.Append($"# {Id}: {(Passed ? "passed" : "failed")}\n\n{challenge.Summary}\n\n{challenge.Proof.Description}\n\n");
        text.Append($"    mettle prove {Id} --seeds {Seeds} --docs\n\n");
        text.Append("| | baseline | treated | effect | interval | target | |\n|---|---|---|---|---|---|---|\n");
        Row(text, Metric, Baseline, Treated, Effect, Ci, Target, Passed);
        foreach (ProofPart p in FurtherParts()) Row(text, p.Claim, p.Baseline, p.Treated, p.Effect, p.Ci, p.Target, p.Passed);
        text.Append($"\n{Seeds} seeds, {Seconds:0} s, {At:yyyy-MM-dd}, Mettle {Version}.{(Short ? " Short form: not a proof." : "")}\n");
        foreach (TableEvidence table in evidence.OfType<TableEvidence>())
        {
            text.Append($"\n## {table.Title}\n\n| {string.Join(" | ", table.Columns.Select(Cell))} |\n|{string.Concat(table.Columns.Select(_ => "---|"))}\n");
            foreach (var row in table.Rows) text.Append($"| {string.Join(" | ", row.Select(Cell))} |\n");
        }

        return text.ToString();
    }

    private static void Row(StringBuilder text, string what, double baseline, double treated, double effect, Interval ci, string target, bool passed)
        => text.Append(CultureInfo.InvariantCulture, $"| {Cell(what)} | {baseline:0.####} | {treated:0.####} | {effect:+0.####;-0.####;0} | {ci.Low:0.####} to {ci.High:0.####} | {Cell(target)} | {(passed ? "passed" : "failed")} |\n");

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}

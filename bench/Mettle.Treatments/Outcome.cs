using Mettle.Challenges;
using Mettle.Runs;

/// <summary>One run of a recipe from one seed.</summary>
/// <param name="Name">The recipe.</param>
/// <param name="Metric">Accuracy or R² on the test rows, both in points (hundredths).</param>
/// <param name="Seed">The seed.</param>
/// <param name="Without">Of the recipe as it is.</param>
/// <param name="With">Of the model that the run packages.</param>
/// <param name="Accepted">Treatments kept.</param>
/// <param name="Tried">Treatments tried, with mean difference, pairs and adjusted p-value (none: screened only).</param>
/// <param name="Problems">Findings that were problems.</param>
/// <param name="Seconds">Of the whole run.</param>
internal sealed record Outcome(string Name, string Metric, int Seed, double Without, double With, IReadOnlyList<string> Accepted, IReadOnlyList<string> Tried, int Problems, double Seconds)
{
    /// <summary>Runs of each recipe: of the first six, and of those in a folder of their own.</summary>
    public const int Seeds = 12, SeedsOfSet = 6;

    /// <summary>Of the first set's recipes of few rows: their test rows are few too, so runs vary most, and each takes seconds.</summary>
    public const int SeedsOfTiny = 48;

    /// <summary>For a reader who waits.</summary>
    public string Line => $"{Name}, seed {Seed}: {Without:0.00} -> {With:0.00} ({Metric}), {Problems} problems, kept [{string.Join(", ", Accepted)}] of [{string.Join("; ", Tried)}], {Seconds:0} s";

    public static Outcome Of(Recipe recipe, int seed, RunReport report)
    {
        string metric = report.TestMetrics[0].Metric.Replace("test ", "", StringComparison.Ordinal);
        double with = 100 * report.TestMetrics[0].Value;
        return new Outcome(
            recipe["name"].Text(),
            metric == "r2" ? "R²" : metric,
            seed,
            report.TestMetricsBefore.Count > 0 ? 100 * report.TestMetricsBefore[0].Value : with,
            with,
            [.. report.Trials.Where(t => t.Verdict == Verdict.Accepted).Select(t => t.Treatment)],
            [.. report.Trials.Select(t => $"{t.Treatment} {100 * t.Difference.Value:+0.0;-0.0;0.0} {t.Seeds} {t.AdjustedPValue?.ToString("0.000") ?? "none"}")],
            report.Findings.Count(f => f.Severity == Severity.Problem),
            report.Seconds);
    }
}

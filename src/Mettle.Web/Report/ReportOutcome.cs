using Mettle.Challenges;

namespace Mettle.Web.Report;

/// <summary>What a run's findings and trials come to, in the words of the report's header.</summary>
public sealed record ReportOutcome
{
    private readonly IReadOnlyList<Trial> accepted;

    private ReportOutcome(RunReport report)
    {
        Problems = [.. report.Findings.Where(f => f.Severity == Severity.Problem)];
        Notices = [.. report.Findings.Where(f => f.Severity == Severity.Notice)];
        Fine = [.. report.Findings.Where(f => f.Severity == Severity.Fine)];
        Accepted = report.Trials.Count(t => t.Verdict == Verdict.Accepted);
        RolledBack = report.Trials.Count(t => t.Verdict == Verdict.RolledBack);
        accepted = [.. report.Trials.Where(t => t.Verdict == Verdict.Accepted)];
        Untreated = Problems.Count(f => !IsTreated(f));
        Checks = report.Findings.Select(f => (f.Challenge, f.Check)).Distinct().Count();
        Skipped = report.Skipped.Count;
        Diverged = report.Divergence is not null;
    }

    /// <summary>Findings over their threshold.</summary>
    public IReadOnlyList<Finding> Problems { get; }

    /// <summary>Findings worth knowing.</summary>
    public IReadOnlyList<Finding> Notices { get; }

    /// <summary>What was measured and fine.</summary>
    public IReadOnlyList<Finding> Fine { get; }

    /// <summary>Treatments kept.</summary>
    public int Accepted { get; }

    /// <summary>Treatments rolled back.</summary>
    public int RolledBack { get; }

    /// <summary>Problems that no accepted treatment answers (<see cref="IsTreated"/>).</summary>
    public int Untreated { get; }

    /// <summary>Whether an accepted treatment answers a finding: one of its remedies, or one that was tried for the same challenge.</summary>
    public bool IsTreated(Finding finding) => accepted.Any(t => t.Challenge == finding.Challenge || finding.Remedies.Contains(t.Treatment));

    /// <summary>Checks with at least one finding.</summary>
    public int Checks { get; }

    /// <summary>Checks that could not run.</summary>
    public int Skipped { get; }

    /// <summary>Whether the packaged model's training broke off.</summary>
    public bool Diverged { get; }

    /// <summary>The tone of the header: "open" if training broke off, "unknown" without checks, "good" without problems, "treated" if each has an accepted treatment, else "open".</summary>
    public string Tone => Diverged ? "open" : Checks == 0 ? "unknown" : Problems.Count == 0 ? "good" : Untreated == 0 ? "treated" : "open";

    /// <summary>One line: "2 problems found, 1 without an accepted treatment".</summary>
    public string Headline => Diverged ? $"Training diverged{(Problems.Count == 0 ? "" : $"; {Count(Problems.Count, "problem")} found")}" : Problems.Count switch
    {
        0 when Checks == 0 => "Nothing was checked",
        0 => "No problem found",
        int n when Untreated == 0 => $"{Count(n, "problem")} found, {(n == 1 ? "and it has" : "each with")} an accepted treatment",
        int n when Untreated == n => $"{Count(n, "problem")} found, none with an accepted treatment",
        int n => $"{Count(n, "problem")} found, {Untreated} without an accepted treatment",
    };

    /// <summary>What was done to come to the headline.</summary>
    public string Detail
    {
        get
        {
            string checks = $"{Count(Checks, "check")} ran" + (Skipped > 0 ? $", {Skipped} could not run" : "");
            string trials = Accepted + RolledBack == 0
                ? "no treatment was judged"
                : $"{Count(Accepted + RolledBack, "treatment")} judged on held-out data: {Accepted} accepted, {RolledBack} rolled back";
            return $"{checks}; {trials}.";
        }
    }

    /// <summary>Reads the outcome of <paramref name="report"/>.</summary>
    public static ReportOutcome Of(RunReport report) => new(report);

    /// <summary>"1 check", "2 checks".</summary>
    public static string Count(int n, string one, string? many = null) => n == 1 ? $"1 {one}" : $"{n} {many ?? one + "s"}";
}

using System.Diagnostics;
using System.Runtime;
using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>All checks of the chosen challenges on one subject, under one false-alarm budget.</summary>
/// <param name="Findings">Problems first, then notices, then what is fine.</param>
/// <param name="Skipped">Checks that could not run.</param>
public sealed record Examination(IReadOnlyList<Finding> Findings, IReadOnlyList<SkippedCheck> Skipped)
{
    /// <summary>What the title of a finding begins with that is over its threshold by no more than chance explains.</summary>
    public const string Uncertain = "May be chance: ";

    /// <summary>What the checks cost.</summary>
    public required CheckOverhead Overhead { get; init; }

    /// <summary>Findings that ask for treatment.</summary>
    public IReadOnlyList<Finding> Problems => [.. Findings.Where(f => f.Severity == Severity.Problem)];

    /// <summary>The findings for a reader: of their remedies only those that <paramref name="recipe"/> does not use yet and can take.</summary>
    public IReadOnlyList<Finding> For(Catalogue catalogue, Recipe recipe)
    {
        bool Applies(string remedy) => catalogue.ChallengeOf(remedy) is null || catalogue.Treatment(remedy).Apply(recipe, out _) is not null;
        return [.. Findings.Select(f => f with { Remedies = [.. f.Remedies.Where(Applies)] })];
    }

    /// <summary>
    /// Examines <paramref name="subject"/>. A finding over its threshold stays a problem only if its p-value survives
    /// Benjamini-Hochberg (<see cref="Statistics.ConditionalBenjaminiHochberg"/>) at the recipe's rate over all findings that have
    /// one; else it is a notice, and its title says that it may be chance. Checks that run the model share <see cref="CheckBudget.Share"/> of the training's row-passes.
    /// </summary>
    public static Examination Run(Catalogue catalogue, Subject subject, IRunProgress progress, CancellationToken cancellation = default)
    {
        var whole = Stopwatch.StartNew();
        var compiled = JitInfo.GetCompilationTime(currentThread: true);
        var chosen = catalogue.Chosen(subject.Recipe);
        var findings = new List<Finding>();
        var skipped = new List<SkippedCheck>();
        var costs = new List<CheckCost>();
        double[] grants = CheckBudget.Divide(CheckBudget.Share * subject.TrainingRowPasses, [.. chosen.Select(c => c.Checks.Sum(k => k.Wants(subject)))]);
        using var stage = progress.Stage("examining", chosen.Sum(c => c.Checks.Count));
        foreach (var (challenge, grant) in chosen.Zip(grants))
        {
            var budget = new CheckBudget(grant);
            foreach (var check in challenge.Checks)
            {
                cancellation.ThrowIfCancellationRequested();
                stage.At($"{challenge.Id}: {check.Name}");
                using var scope = MemoryScope.Begin("check");
                var clock = Stopwatch.StartNew();
                double before = budget.Spent;
                var result = check.Run(subject with { Key = subject.Key.For(challenge.Id.Value).For(check.Name), Budget = budget }, challenge.Id);
                costs.Add(new CheckCost(challenge.Id, check.Name, clock.Elapsed.TotalSeconds, budget.Spent - before));
                findings.AddRange(result.Findings);
                if (result.SkipReason is { } reason)
                {
                    skipped.Add(new SkippedCheck(challenge.Id, check.Name, reason));
                }

                stage.Advance();
            }
        }

        var judged = Judge(findings, subject.Recipe["examine.false-alarm-rate"].Double());
        double compiling = (JitInfo.GetCompilationTime(currentThread: true) - compiled).TotalSeconds;
        return new Examination(judged, skipped)
        {
            Overhead = new CheckOverhead(subject.Model.Result.Seconds, whole.Elapsed.TotalSeconds - compiling, compiling, costs),
        };
    }

    internal static IReadOnlyList<Finding> Judge(IReadOnlyList<Finding> findings, double rate)
    {
        var tested = findings.Where(f => f.PValue is not null).ToList();
        var adjusted = Statistics.ConditionalBenjaminiHochberg([.. tested.Select(f => f.PValue!.Value)]);
        var judged = findings.Select(f =>
        {
            int i = tested.FindIndex(t => ReferenceEquals(t, f));
            if (i < 0)
            {
                return f;
            }

            return f.Severity == Severity.Problem && adjusted[i] > rate
                ? f with { AdjustedPValue = adjusted[i], Severity = Severity.Notice, Title = $"{Uncertain}{f.Title}" }
                : f with { AdjustedPValue = adjusted[i] };
        });
        return [.. judged.OrderByDescending(f => f.Severity).ThenBy(f => f.AdjustedPValue ?? 0)];
    }
}

using System.Diagnostics;
using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>
/// Tries treatments by paired retraining and keeps one only if held-out rows say so with confidence. Each pair trains with
/// and without the treatment on the same rows from the same seed and is judged on rows that neither saw; over the pairs
/// these rows are disjoint folds. The test split takes no part.
/// </summary>
/// <remarks>
/// Difference and interval: corrected resampled t (Nadeau and Bengio 2003). Acceptance: Holm over all trials of the run, and
/// an interval above the smallest effect worth keeping.
/// First all candidates are judged against the given recipe; the one with the strongest evidence becomes the recipe, and the
/// other significant ones are judged again on top of it, one after another. Such a one must help alone and on top, so its
/// p-value is the larger of the two, times the treatments not accepted yet: Holm's procedure rejects in any order, as long
/// as the factor falls only with what was rejected before. The chance of accepting any treatment that does not help stays
/// below 1 - confidence.
/// </remarks>
public sealed class TreatmentLoop(Catalogue catalogue, LoopOptions options, TrialLedger ledger, IRunProgress progress)
{
    /// <summary>Runs the loop.</summary>
    /// <param name="experiment">The recipe and its data.</param>
    /// <param name="problems">Findings that ask for treatment, worst first.</param>
    /// <param name="cancellation">Ends it between retrainings.</param>
    public LoopResult Run(Experiment experiment, IReadOnlyList<Finding> problems, CancellationToken cancellation)
    {
        var candidates = Candidates(experiment, problems, out var warnings);
        if (candidates.Count == 0)
        {
            return new LoopResult(experiment.Recipe, [], warnings);
        }

        var judge = new TrialJudge(options, ledger, cancellation);
        using var stage = progress.Stage("treating", candidates.Count * options.Seeds);
        var first = new List<Judged>();
        var clock = Stopwatch.StartNew();
        foreach (var c in candidates)
        {
            first.Add(Late($"treat-{c.Treatment.Name}", clock) ? Judged.NotTried(c, $"The budget of {options.Budget:0.##} s was spent.") : judge.Judge(experiment, c, stage));
        }

        return Settle(experiment, first, judge, stage, clock, warnings);
    }

    // The clock decides once; a resumed run and `reproduce` repeat what it decided.
    private bool Late(string name, Stopwatch clock)
        => options.Decide(name, () => options.Budget > 0 && clock.Elapsed.TotalSeconds > options.Budget ? "skip" : "run") == "skip";

    private LoopResult Settle(Experiment experiment, List<Judged> first, TrialJudge judge, IStage stage, Stopwatch clock, List<string> warnings)
    {
        var tried = first.Where(j => j.Differences.Count > 0).ToList();
        var adjusted = Statistics.Holm([.. tried.Select(j => j.PValue)]);
        for (int i = 0; i < tried.Count; i++)
        {
            tried[i].AdjustedPValue = adjusted[i];
        }

        var winners = tried.Where(Convincing).OrderBy(j => j.Cost is not null).ThenBy(j => j.PValue).ThenByDescending(j => j.Mean).ToList();
        var current = experiment;
        int open = tried.Count;
        Judged? best = winners.FirstOrDefault();
        if (best is not null)
        {
            best.Accept(best.Cost is null
                ? $"Better on held-out rows by {best.Amount()} over {best.Differences.Count} paired runs, more than chance explains."
                : $"{best.Gain()} over {best.Differences.Count} paired runs; up to {options.Margin:0.####} is allowed.");
            open--;
            current = experiment.With(best.Changed);
            Warn(experiment.Recipe, best.Changed, warnings);
        }

        foreach (var w in winners.Skip(1))
        {
            if (Trainable(current, w.Candidate.Treatment, out string reason) is not { } both)
            {
                w.RollBack($"Helps alone, but {reason} once {best!.Candidate.Treatment.Name} is in place.");
                continue;
            }

            if (Late($"treat-{w.Candidate.Treatment.Name}-on-top", clock))
            {
                w.RollBack($"Helps alone; the budget of {options.Budget:0.##} s was spent before it could be judged on top of {best!.Candidate.Treatment.Name}.");
                continue;
            }

            var again = judge.Judge(current, w.Candidate with { Changed = both }, stage);
            if (again.Differences.Count == 0)
            {
                w.RollBack($"Saves enough alone, but not on top of {best!.Candidate.Treatment.Name}.");
                continue;
            }

            again.PValue = Math.Max(w.PValue, again.PValue);
            again.AdjustedPValue = Math.Min(1, again.PValue * open);
            w.Take(again);
            if (Convincing(again))
            {
                w.Accept(again.Cost is null ? $"Better by a further {again.Amount()} on top of what was accepted before." : $"{again.Gain()}, on top of what was accepted before.");
                Warn(current.Recipe, both, warnings);
                current = current.With(both);
                open--;
            }
            else
            {
                w.RollBack($"Helps alone, but on top of {best!.Candidate.Treatment.Name} it is not shown to add anything.");
            }
        }

        foreach (var j in tried.Where(j => j.Verdict is null))
        {
            j.RollBack(j.Cost is not null
                ? $"It saves {Judged.Percent(j.Cost.Saved)} of the {j.Cost.What}, but the loss in {j.Metric} may be larger than {options.Margin:0.####} ({j.Amount()}, adjusted p = {j.AdjustedPValue:0.###}); the recipe is as it was."
                : j.Mean <= 0
                ? $"No better on held-out rows ({j.Amount()}); the recipe is as it was."
                : $"The gain of {j.Amount()} could be chance (adjusted p = {j.AdjustedPValue:0.###}); the recipe is as it was.");
        }

        return new LoopResult(current.Recipe, [.. first.Select(j => j.ToTrial())], warnings);
    }

    private bool Convincing(Judged j) => j.AdjustedPValue < 1 - options.Confidence && j.Interval.Low > options.Threshold(j.Candidate.Treatment.Aim);

    // What the recipe had before is its writer's choice and told when it is read.
    private void Warn(Recipe before, Recipe accepted, List<string> warnings)
        => warnings.AddRange(catalogue.ConflictsIn(accepted).Except(catalogue.ConflictsIn(before)));

    private List<Candidate> Candidates(Experiment experiment, IReadOnlyList<Finding> problems, out List<string> warnings)
    {
        warnings = [];
        var names = catalogue.Wanted(experiment.Recipe);
        var wanted = names is null
            ? problems.SelectMany(f => f.Remedies.Select(r => (Name: r, f.Challenge)))
            : names.Select(n => (Name: n, Challenge: catalogue.ChallengeOf(n)!.Value));
        var result = new List<Candidate>();
        foreach (var (name, challenge) in wanted.DistinctBy(w => w.Name))
        {
            var treatment = catalogue.Treatment(name);
            if (Trainable(experiment, treatment, out string reason) is { } changed)
            {
                result.Add(new Candidate(treatment, challenge, changed));
            }
            else if (names is not null)
            {
                warnings.Add($"{name} was not tried: {reason}");
            }
        }

        if (result.Count > options.MaxTrials)
        {
            warnings.Add($"Not tried, since treat.max-trials is {options.MaxTrials}: {string.Join(", ", result.Skip(options.MaxTrials).Select(c => c.Treatment.Name))}.");
        }

        return [.. result.Take(options.MaxTrials)];
    }

    // A change that fits by itself may be refused with the rest of the recipe (mixup with tasks that come one after another).
    private static Recipe? Trainable(Experiment experiment, Treatment treatment, out string reason)
    {
        if (treatment.Apply(experiment.Recipe, out reason) is not { } changed)
        {
            return null;
        }

        try
        {
            experiment.With(changed).Check();
            return changed;
        }
        catch (RecipeException e)
        {
            reason = e.Message;
            return null;
        }
    }
}

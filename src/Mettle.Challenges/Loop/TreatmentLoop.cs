using System.Diagnostics;
using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>
/// Tries treatments by paired retraining and keeps one only if held-out rows say so with confidence. Each pair trains with
/// and without the treatment on the same rows from the same seed and is judged on rows that neither saw; over the pairs
/// these rows are disjoint folds. The test split takes no part.
/// </summary>
/// <remarks>
/// Difference and interval: corrected resampled t (Nadeau and Bengio 2003), in the looks of a <see cref="TrialDesign"/>.
/// Acceptance: Holm over all finalists of the run, and an interval above the smallest effect worth keeping.
/// First all finalists are judged against the given recipe; the one with the strongest evidence becomes the recipe, and the
/// other significant one is judged again on top of it. It must help alone and on top, so its p-value is the larger of the
/// two, times the finalists not accepted yet: Holm's procedure rejects in any order, as long as the factor falls only with
/// what was rejected before. The chance of accepting any treatment that does not help stays below 1 - confidence.
/// </remarks>
public sealed class TreatmentLoop(Catalogue catalogue, LoopOptions options, TrialLedger ledger, IRunProgress progress)
{
    // Of one row neither a share nor a variance can be told.
    private const int FewestHeldOut = 2;

    /// <summary>Runs the loop.</summary>
    /// <param name="experiment">The recipe and its data.</param>
    /// <param name="problems">Findings that ask for treatment, worst first.</param>
    /// <param name="cancellation">Ends it between retrainings.</param>
    public LoopResult Run(Experiment experiment, IReadOnlyList<Finding> problems, CancellationToken cancellation)
    {
        var warnings = new List<string>();
        var candidates = Candidates.Of(catalogue, experiment, problems, options.MaxTrials, warnings);
        if (candidates.Count == 0)
        {
            return new LoopResult(experiment.Recipe, [], warnings);
        }

        foreach (var c in candidates.Where(c => c.Conflicts.Count > 0))
        {
            progress.Note($"{c.Treatment.Name} is tried, though not all goes together: {string.Join("; ", c.Conflicts)}");
        }

        var design = new TrialDesign(candidates.Count(c => c.SavesTooLittle is null), options.Seeds, options.Confidence, experiment.Data.DevelopmentRows);
        if (experiment.Data.DevelopmentRows < FewestHeldOut * design.Folds)
        {
            warnings.Add($"No treatment was tried: {experiment.Data.DevelopmentRows} training and validation rows are too few for {design.Folds} parts of {FewestHeldOut} rows, of which one is held out in each pair.");
            return new LoopResult(experiment.Recipe, [], warnings);
        }

        var judge = new TrialJudge(design, options, ledger, cancellation);
        using var stage = progress.Stage("treating", (design.FirstFold * candidates.Count) + (Math.Min(candidates.Count, TrialDesign.Finalists) * design.Pairs));
        var clock = Stopwatch.StartNew();
        var all = new Judged[candidates.Count];
        var finalists = design.Screened ? Screen(experiment, candidates, judge, all, stage, clock) : [.. Enumerable.Range(0, candidates.Count)];
        foreach (int i in finalists)
        {
            all[i] = candidates[i].SavesTooLittle is { } little ? Judged.NotTried(candidates[i], little, candidates[i].Cost)
                : Late($"treat-{candidates[i].Treatment.Name}", clock)
                ? Judged.NotTried(candidates[i], $"The budget of {options.Budget:0.##} s was spent.")
                : judge.Judge(experiment, candidates[i], finalists.Count, stage);
        }

        return Settle(experiment, all, [.. finalists.Select(i => all[i]).Where(j => j.Verdict is null)], judge, stage, clock, warnings);
    }

    // The clock decides once; a resumed run and `reproduce` repeat what it decided.
    private bool Late(string name, Stopwatch clock)
        => options.Decide(name, () => options.Budget > 0 && clock.Elapsed.TotalSeconds > options.Budget ? "skip" : "run") == "skip";

    private IReadOnlyList<int> Screen(Experiment experiment, IReadOnlyList<Candidate> candidates, TrialJudge judge, Judged[] all, IStage stage, Stopwatch clock)
    {
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = candidates[i].SavesTooLittle is { } little ? Judged.NotTried(candidates[i], little, candidates[i].Cost)
                : Late($"screen-{candidates[i].Treatment.Name}", clock)
                ? Judged.NotTried(candidates[i], $"The budget of {options.Budget:0.##} s was spent.")
                : judge.Screen(experiment, candidates[i], stage);
        }

        int[] tried = [.. Enumerable.Range(0, all.Length).Where(i => all[i].Verdict is null)];
        int[] quality = [.. tried.Where(i => all[i].Cost is null)], cost = [.. tried.Where(i => all[i].Cost is not null)];
        int[] chosen =
        [
            .. TrialDesign.Choose([.. quality.Select(i => all[i].Differences)]).Select(i => quality[i]),
            .. TrialDesign.Choose([.. cost.Select(i => all[i].Differences)], -options.Margin).Select(i => cost[i]),
        ];
        string better = string.Join(" and ", chosen.Select(i => candidates[i].Treatment.Name));
        foreach (int i in tried.Except(chosen))
        {
            all[i].ScreenOut(all[i].Mean <= Math.Min(0, options.Threshold(candidates[i].Treatment.Aim))
                ? $"No better in {all[i].Differences.Count} pairs of screening ({all[i].Amount()}); the recipe is as it was."
                : $"In screening {better} did better; the recipe is as it was.");
        }

        return chosen;
    }

    private LoopResult Settle(Experiment experiment, Judged[] all, List<Judged> finalists, TrialJudge judge, IStage stage, Stopwatch clock, List<string> warnings)
    {
        var adjusted = Statistics.Holm([.. finalists.Select(j => j.PValue)]);
        for (int i = 0; i < finalists.Count; i++)
        {
            finalists[i].AdjustedPValue = adjusted[i];
        }

        var winners = finalists.Where(Convincing).OrderBy(j => j.Cost is not null).ThenBy(j => j.PValue).ThenByDescending(j => j.Mean).ToList();
        var current = experiment;
        int open = finalists.Count;
        Judged? best = winners.FirstOrDefault();
        if (best is not null)
        {
            best.Accept(best.Cost is null
                ? $"Better on held-out rows by {best.Amount()} over {best.Differences.Count} paired runs, more than chance explains."
                : $"{best.Gain()} over {best.Differences.Count} paired runs; up to {options.Margin:0.####} is allowed.");
            open--;
            current = experiment.With(best.Changed);
            warnings.AddRange(best.Candidate.Conflicts);
        }

        foreach (var w in winners.Skip(1))
        {
            if (w.Candidate.On(catalogue, current, out string reason) is not { } both)
            {
                w.RollBack($"Helps alone, but {reason} once {best!.Candidate.Treatment.Name} is in place.");
                continue;
            }

            if (both.SavesTooLittle is not null)
            {
                w.RollBack($"Saves enough alone, but not on top of {best!.Candidate.Treatment.Name}.");
                continue;
            }

            if (Late($"treat-{w.Candidate.Treatment.Name}-on-top", clock))
            {
                w.RollBack($"Helps alone; the budget of {options.Budget:0.##} s was spent before it could be judged on top of {best!.Candidate.Treatment.Name}.");
                continue;
            }

            if (both.Conflicts.Except(w.Candidate.Conflicts, StringComparer.Ordinal).ToList() is { Count: > 0 } conflicts)
            {
                progress.Note($"{w.Candidate.Treatment.Name} is tried on top of {best!.Candidate.Treatment.Name}, though not all goes together: {string.Join("; ", conflicts)}");
            }

            var again = judge.Judge(current, both, open, stage);
            again.PValue = Math.Max(w.PValue, again.PValue);
            again.AdjustedPValue = Math.Min(1, again.PValue * open);
            w.Take(again);
            if (Convincing(again))
            {
                w.Accept(again.Cost is null ? $"Better by a further {again.Amount()} on top of what was accepted before." : $"{again.Gain()}, on top of what was accepted before.");
                warnings.AddRange(both.Conflicts);
                current = current.With(both.Changed);
                open--;
            }
            else
            {
                w.RollBack($"Helps alone, but on top of {best!.Candidate.Treatment.Name} it is not shown to add anything.");
            }
        }

        foreach (var j in finalists.Where(j => j.Verdict is null))
        {
            j.RollBack(j.Cost is not null
                ? $"It saves {Judged.Percent(j.Cost.Saved)} of the {j.Cost.What}, but the loss in {j.Metric} may be larger than {options.Margin:0.####} ({j.Amount()}, adjusted p = {j.AdjustedPValue:0.###}); the recipe is as it was."
                : j.Mean <= 0
                ? $"No better on held-out rows ({j.Amount()}); the recipe is as it was."
                : $"The gain of {j.Amount()} could be chance (adjusted p = {j.AdjustedPValue:0.###}); the recipe is as it was.");
        }

        return new LoopResult(current.Recipe, [.. all.Select(j => j.ToTrial())], warnings);
    }

    private bool Convincing(Judged j) => j.AdjustedPValue < 1 - options.Confidence && j.Interval.Low > options.Threshold(j.Candidate.Treatment.Aim);
}

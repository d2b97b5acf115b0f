using Mettle.Runs;

namespace Mettle.Challenges.Tests;

/// <summary>The loop on retrainings whose outcomes are on record already, so that every verdict's arithmetic is seen.</summary>
public sealed class TreatmentLoopTests
{
    private const int Pairs = 5;

    [Fact]
    public void Run_SecondTreatmentHelpsOnTop_BothAreInTheRecipe()
    {
        var result = SecondRound([0.93, 0.94, 0.931, 0.925, 0.93], out var mixup);
        Assert.All(result.Trials, t => Assert.Equal(Verdict.Accepted, t.Verdict));
        Assert.Equal(Changed(mixup, "ema").Hash, result.Recipe.Hash);
        Assert.All(result.Trials, t => Assert.True(t.AdjustedPValue < 0.05 && t.Difference.Interval!.Low > 0));
        Assert.Contains("on top", result.Trials[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_SecondTreatmentAddsNothing_IsRolledBack()
    {
        var result = SecondRound([0.90, 0.92, 0.89, 0.89, 0.90], out var mixup);
        Assert.Equal([Verdict.Accepted, Verdict.RolledBack], result.Trials.Select(t => t.Verdict));
        Assert.Equal(mixup.Hash, result.Recipe.Hash);
        Assert.Contains("Helps alone", result.Trials[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_GainWithinChance_IsRolledBackThoughItsMeanIsAbove()
    {
        using var folder = new TemporaryFolder();
        var given = Given("[ema]");
        using var run = Recorded(folder, (given, [0.80, 0.81, 0.80, 0.79, 0.80]), (Changed(given, "ema"), [0.82, 0.80, 0.84, 0.78, 0.81]));
        var trial = Assert.Single(Loop(run).Run(Prepare(given), [], TestContext.Current.CancellationToken).Trials);
        Assert.Equal(Verdict.RolledBack, trial.Verdict);
        Assert.True(trial.Difference.Value > 0);
        Assert.Contains("chance", trial.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_GainBelowTheSmallestWorthKeeping_IsRolledBack()
    {
        using var folder = new TemporaryFolder();
        var given = Given("[ema]");
        (Recipe, double[])[] outcomes = [(given, [0.80, 0.81, 0.80, 0.79, 0.80]), (Changed(given, "ema"), [0.81, 0.821, 0.81, 0.80, 0.811])];
        using (var run = Recorded(folder, outcomes))
        {
            Assert.Equal(Verdict.Accepted, Loop(run).Run(Prepare(given), [], TestContext.Current.CancellationToken).Trials[0].Verdict);
        }

        using var again = Recorded(folder, outcomes);
        var trial = Loop(again, o => o with { MinEffect = 0.02 }).Run(Prepare(given), [], TestContext.Current.CancellationToken).Trials[0];
        Assert.Equal(Verdict.RolledBack, trial.Verdict);
    }

    [Fact]
    public void Run_FewerRowsThanHeldOutParts_SaysSoAndTriesNothing()
    {
        using var folder = new TemporaryFolder();
        string csv = Path.Combine(folder.Path, "few.csv");
        File.WriteAllText(csv, $"a,y\n{string.Concat(Enumerable.Range(0, 12).Select(i => $"{i},{(i % 2 == 0 ? "even" : "odd")}\n"))}");
        var recipe = House.Recipe($"name: t\ndata: {{source: {{csv: {{path: {csv}}}}}, target: y}}\nmodel: {{tabular: {{hidden: [4]}}}}\ntreat: {{treatments: [ema]}}\n");
        var result = new TreatmentLoop(House.Catalogue, LoopOptions.Of(recipe), new TrialLedger(null), SilentProgress.Instance).Run(Prepare(recipe), [], TestContext.Current.CancellationToken);
        Assert.Empty(result.Trials);
        Assert.Contains("too few", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_BudgetSpent_IsOnRecordAndRepeatedWithoutTheClock()
    {
        using var folder = new TemporaryFolder();
        var given = Given("[mixup, ema]");
        using var run = Recorded(folder, (given, [0.80, 0.81, 0.80, 0.79, 0.80]), (Changed(given, "mixup"), [0.90, 0.91, 0.901, 0.89, 0.90]));
        run.Update(m => m with { Decisions = [new RunDecision("treat-mixup", "run", DateTimeOffset.UnixEpoch)] });
        var result = Loop(run, o => o with { Budget = 1e-9 }).Run(Prepare(given), [], TestContext.Current.CancellationToken);
        Assert.Equal([Verdict.Accepted, Verdict.NotTried], result.Trials.Select(t => t.Verdict));
        Assert.Contains("budget", result.Trials[1].Reason, StringComparison.Ordinal);
        Assert.Equal(["treat-mixup=run", "treat-ema=skip"], run.Manifest.Decisions.Select(d => $"{d.Name}={d.Value}"));

        // No limit any more: what was decided stays decided.
        var repeated = Loop(run).Run(Prepare(given), [], TestContext.Current.CancellationToken);
        Assert.Equal(result.Trials.Select(t => t.Verdict), repeated.Trials.Select(t => t.Verdict));
    }

    [Fact]
    public void Run_MoreCandidatesThanTrials_SaysWhichWereNotTried()
    {
        using var folder = new TemporaryFolder();
        var given = Given("[mixup, ema, swa]");
        using var run = Recorded(folder, (given, [0.8, 0.81, 0.8, 0.79, 0.8]), (Changed(given, "mixup"), [0.7, 0.7, 0.71, 0.7, 0.7]));
        var result = Loop(run, o => o with { MaxTrials = 1 }).Run(Prepare(given), [], TestContext.Current.CancellationToken);
        Assert.Equal(3, Assert.Single(result.Trials).Seeds);
        Assert.Contains(result.Warnings, w => w.Contains("ema, swa", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_ManyCandidates_ScreeningChoosesTwoAndTheyAreJudgedOnOtherFolds()
    {
        using var folder = new TemporaryFolder();
        var given = Given("[mixup, ema, swa, label-smoothing]");
        const int Folds = TrialDesign.ScreeningPairs + Pairs;
        using var run = Recorded(
            folder,
            Folds,
            (given, [0.80, 0.80, 0.80, 0.80, 0.81, 0.80, 0.79, 0.80]),
            (Changed(given, "mixup"), [0.85, 0.85, 0.86, 0.90, 0.91, 0.901, 0.89, 0.90]),
            (Changed(given, "ema"), [0.82, 0.81, 0.82]),
            (Changed(given, "swa"), [0.79, 0.80]),
            (Changed(given, "label-smoothing"), [0.84, 0.83, 0.84, 0.79, 0.80, 0.79]));
        var result = Loop(run).Run(Prepare(given), [], TestContext.Current.CancellationToken);
        Assert.Equal([Verdict.Accepted, Verdict.RolledBack, Verdict.RolledBack, Verdict.RolledBack], result.Trials.Select(t => t.Verdict));
        Assert.Equal([5, 3, 2, 3], result.Trials.Select(t => t.Seeds));
        Assert.Contains("mixup and label-smoothing did better", result.Trials[1].Reason, StringComparison.Ordinal);
        Assert.Contains("No better in 2 pairs of screening", result.Trials[2].Reason, StringComparison.Ordinal);
        Assert.Equal([false, true, true, false], result.Trials.Select(t => t.PValue is null));

        // The screening pairs of mixup (0.05, 0.05, 0.06) are not among the five it is judged by.
        Assert.InRange(result.Trials[0].Difference.Value, 0.0999, 0.1003);
    }

    [Fact]
    public void Run_StrongEvidenceAtTheFirstLook_NeedsNoFurtherPairs()
    {
        using var folder = new TemporaryFolder();
        var given = Given("[ema]");
        using var run = Recorded(folder, 10, (given, [0.80, 0.81, 0.80, 0.79, 0.80]), (Changed(given, "ema"), [0.85, 0.861, 0.852, 0.84, 0.85]));
        var trial = Assert.Single(Loop(run, o => o with { Seeds = 10 }).Run(Prepare(given), [], TestContext.Current.CancellationToken).Trials);
        Assert.Equal((Verdict.Accepted, 5), (trial.Verdict, trial.Seeds));
        Assert.Equal(0.99, trial.Difference.Interval!.Confidence, 1e-12);
    }

    [Fact]
    public void Run_TreatmentThatGoesBadlyWithTheRecipe_SaysSoBeforeTheTrialAndInIt()
    {
        using var folder = new TemporaryFolder();
        var given = Given("[ema]").With("train.schedule", "cosine");
        using var run = Recorded(folder, (given, [0.80, 0.81, 0.80, 0.79, 0.80]), (Changed(given, "ema"), [0.7, 0.7, 0.71, 0.7, 0.7]));
        var notes = new Notes();
        var options = LoopOptions.Of(House.Recipe()) with { Seeds = Pairs };
        var result = new TreatmentLoop(House.Catalogue, options, new TrialLedger(run), notes).Run(Prepare(given), [], TestContext.Current.CancellationToken);
        Assert.Contains("a rate that falls to zero", Assert.Single(Assert.Single(result.Trials).Conflicts), StringComparison.Ordinal);
        Assert.StartsWith("ema is tried, though not all goes together: ema with a rate that falls to zero", notes.First, StringComparison.Ordinal);
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public void Run_FindingsOfTwoChallenges_GiveEachItsBestRemedyBeforeAnySecond()
    {
        using var folder = new TemporaryFolder();
        var given = House.Recipe().With("train.epochs", 1);
        Finding Of(string check, params string[] remedies) => new(new("x"), check, "t", "e", new Measurement("m", 1), 0, 0.001, Severity.Problem, [], remedies);
        using var run = Recorded(folder, (given, [0.8, 0.81, 0.8, 0.79, 0.8]), (Changed(given, "mixup"), [0.7, 0.7, 0.71]), (Changed(given, "gradient-clipping"), [0.7, 0.7, 0.71]));
        var result = Loop(run, o => o with { MaxTrials = 2 }).Run(Prepare(given), [Of("a", "mixup", "ema"), Of("b", "gradient-clipping", "swa")], TestContext.Current.CancellationToken);
        Assert.Equal(["mixup", "gradient-clipping"], result.Trials.Select(t => t.Treatment));
        Assert.Contains(result.Warnings, w => w.EndsWith("ema, swa.", StringComparison.Ordinal));
    }

    // Mixup and weight averaging both help alone; mixup has the stronger evidence.
    private static LoopResult SecondRound(double[] both, out Recipe mixup)
    {
        using var folder = new TemporaryFolder();
        var given = Given("[mixup, ema]");
        mixup = Changed(given, "mixup");
        using var run = Recorded(
            folder,
            (given, [0.80, 0.81, 0.80, 0.79, 0.80]),
            (mixup, [0.90, 0.91, 0.901, 0.89, 0.90]),
            (Changed(given, "ema"), [0.85, 0.86, 0.86, 0.84, 0.85]),
            (Changed(mixup, "ema"), both));
        return Loop(run).Run(Prepare(given), [], TestContext.Current.CancellationToken);
    }

    private static Recipe Given(string treatments) => House.Recipe().With("train.epochs", 1).WithYaml("treat.treatments", treatments);

    private static Recipe Changed(Recipe recipe, string treatment) => House.Catalogue.Treatment(treatment).Apply(recipe, out _)!;

    private static Experiment Prepare(Recipe recipe) => Experiment.Prepare(recipe, new DataCache());

    private static TreatmentLoop Loop(RunFolder run, Func<LoopOptions, LoopOptions>? change = null)
    {
        var options = LoopOptions.Of(House.Recipe()) with { Seeds = Pairs, Decide = run.Decide };
        return new TreatmentLoop(House.Catalogue, change?.Invoke(options) ?? options, new TrialLedger(run), SilentProgress.Instance);
    }

    // A loop that trained a model after all would take none of these numbers.
    private static RunFolder Recorded(TemporaryFolder folder, params IReadOnlyList<(Recipe Recipe, double[] Metrics)> outcomes) => Recorded(folder, Pairs, outcomes);

    private static RunFolder Recorded(TemporaryFolder folder, int folds, params IReadOnlyList<(Recipe Recipe, double[] Metrics)> outcomes)
    {
        var run = RunFolder.Create(folder.Path, "recorded", TimeProvider.System);
        var ledger = new TrialLedger(run);
        foreach (var (recipe, metrics) in outcomes)
        {
            for (int k = 0; k < metrics.Length; k++)
            {
                double metric = metrics[k];
                ledger.Get($"{recipe.Hash}:{k}/{folds}", () => metric);
            }
        }

        return run;
    }

    private sealed class Notes : IRunProgress
    {
        public string First { get; private set; } = "";

        public IStage Stage(string name, int total) => SilentProgress.Instance;

        public void Note(string message) => First = First.Length == 0 ? message : First;
    }
}

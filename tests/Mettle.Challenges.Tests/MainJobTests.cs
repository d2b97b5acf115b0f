using Mettle.Runs;

namespace Mettle.Challenges.Tests;

public sealed class MainJobTests
{
    [Fact]
    public void Run_OverfittedDigits_AcceptsATreatmentAndTellsTheStory()
    {
        using var folder = new TemporaryFolder();
        var recipe = House.Recipe().With("data.label-noise", 0.3).With("train.schedule", "cosine").WithYaml("treat.treatments", "[label-smoothing, dropout, ema, weight-decay]");
        var report = Run(folder, recipe, out var run);

        var found = Assert.Single(report.Findings, f => f.Check == "generalization-gap");
        Assert.Equal(Severity.Problem, found.Severity);
        Assert.True(found.AdjustedPValue <= 0.10);
        var accepted = report.Trials.First(t => t.Verdict == Verdict.Accepted);
        Assert.True(accepted.Difference.Interval!.Low > 0);
        Assert.Contains(accepted.RecipeDiff, l => l.StartsWith('+') && l.Contains(accepted.Treatment, StringComparison.Ordinal));
        Assert.Contains(accepted.Treatment, report.FinalRecipe, StringComparison.Ordinal);
        Assert.DoesNotContain($"{accepted.Treatment}:", report.Recipe, StringComparison.Ordinal);
        Assert.Contains(report.Trials, t => t.Verdict == Verdict.RolledBack);
        Assert.True(report.TestMetrics[0].Value > report.TestMetricsBefore[0].Value);
        Assert.True(report.Overhead!.Checks.Count > 0);
        Assert.Contains(report.Trials.Single(t => t.Treatment == "ema").Conflicts, c => c.Contains("falls to zero", StringComparison.Ordinal));
        Assert.True(File.Exists(run.File(MainJob.WeightsFile)));
        run.Dispose();
    }

    [Fact]
    public void Run_OnlyUselessTreatment_RollsBackToTheGivenRecipe()
    {
        using var folder = new TemporaryFolder();
        var recipe = House.Recipe().WithYaml("treat.treatments", "[dropout]");
        var report = Run(folder, recipe, out var run);
        Assert.Equal(Verdict.RolledBack, Assert.Single(report.Trials).Verdict);
        Assert.Equal(report.Recipe, report.FinalRecipe);
        Assert.Empty(report.TestMetricsBefore);
        run.Dispose();
    }

    [Fact]
    public void Run_UnknownTreatment_NamesThePlaceAndTheKnownOnes()
    {
        using var folder = new TemporaryFolder();
        var e = Assert.Throws<RecipeException>(() => Run(folder, House.Recipe().With("train.epochs", 1).WithYaml("treat.treatments", "[leeches]"), out _));
        Assert.Contains("leeches", e.Message, StringComparison.Ordinal);
        Assert.Contains("label-smoothing", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_CancelledInTreatmentAndResumed_RepeatsNothingAndGivesTheSameWeights()
    {
        var recipe = House.Recipe().With("train.epochs", 10).WithYaml("treat.treatments", "[mixup, ema]");
        using var straightFolder = new TemporaryFolder();
        Run(straightFolder, recipe, out var straight);
        string expected = straight.Manifest.WeightsSha256!;
        straight.Dispose();

        using var folder = new TemporaryFolder();
        using var cancel = new CancellationTokenSource();
        var run = RunFolder.Create(folder.Path, "resumed", TimeProvider.System);
        var stopping = new StopAfter(cancel, retrainings: 3);
        Assert.ThrowsAny<OperationCanceledException>(() => new MainJob(House.Catalogue, stopping).Run(run, Experiment.Prepare(recipe, new DataCache()), cancel.Token));
        int before = run.Events().Count(e => e.Kind == "retraining");
        Assert.True(before >= 3);
        string path = run.Path;
        run.Dispose();

        using var again = RunFolder.Open(path, TimeProvider.System);
        new MainJob(House.Catalogue, SilentProgress.Instance).Run(again, Experiment.Prepare(recipe, new DataCache()), TestContext.Current.CancellationToken);
        Assert.Equal(expected, again.Manifest.WeightsSha256);
        var keys = again.Events().Where(e => e.Kind == "retraining").Select(e => e.Data.GetProperty("key").GetString()).ToList();
        Assert.Equal(keys.Count, keys.Distinct().Count());
    }

    [Fact]
    public void Run_RateIsFarTooHigh_RecoversAndLeavesAnEvent()
    {
        using var folder = new TemporaryFolder();
        var report = Run(folder, House.Recipe().With("train.optimizer.sgd.rate", 1e6).With("treat.enabled", false), out var run);
        var recovered = run.Events().First(e => e.Kind == MainJob.RecoveryKind).Data;
        run.Dispose();
        Assert.Null(report.Divergence);
        Assert.Equal("first", recovered.GetProperty("phase").GetString());
        Assert.Contains("a range test finds", recovered.GetProperty("recovery").GetProperty("remedy").GetString(), StringComparison.Ordinal);
        Assert.True(report.TestMetrics[0].Value > 0.9);
    }

    [Fact]
    public void Run_TrainingDiverges_SaysSoInsteadOfFindingNothing()
    {
        using var folder = new TemporaryFolder();
        var recipe = House.Recipe().With("train.epochs", 3).With("train.optimizer.sgd.rate", 1e6).With("treat.enabled", false).With("train.recovery.retries", 0);
        var report = Run(folder, recipe, out var run);
        run.Dispose();
        Assert.Contains("diverged", report.Divergence, StringComparison.Ordinal);
        Assert.Contains("diverged", report.Summary, StringComparison.Ordinal);
        Assert.DoesNotContain("No problem", report.Summary, StringComparison.Ordinal);
        Assert.Contains(report.Warnings, w => w.Contains("diverged", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_FolderBegunByAnotherVersion_SaysSoInTheReport()
    {
        using var folder = new TemporaryFolder();
        using var run = RunFolder.Create(folder.Path, "t", TimeProvider.System);
        run.Update(m => m with { MettleVersion = "0.0.1" });
        var recipe = House.Recipe().With("train.epochs", 1).With("data.limit", 100).With("treat.enabled", false);
        var report = new MainJob(House.Catalogue, SilentProgress.Instance).Run(run, Experiment.Prepare(recipe, new DataCache()), TestContext.Current.CancellationToken);
        Assert.Contains(report.Warnings, w => w.StartsWith("The run was begun by Mettle 0.0.1", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_FolderBegunWithOtherData_RefusesToGoOn()
    {
        using var folder = new TemporaryFolder();
        string rows = Path.Combine(folder.Path, "rows.csv");
        File.WriteAllLines(rows, Enumerable.Range(0, 60).Select(i => $"{i},{i % 7},{i % 2}").Prepend("a,b,c"));
        var recipe = Recipe.Parse("name: t\ndata: {source: {csv: {path: rows.csv}}, target: c, task: classification}\nmodel: {tabular: {hidden: [4]}}\ntrain: {epochs: 1}\n", "t.yaml", House.Vocabulary, folder.Path);
        using var run = RunFolder.Create(folder.Path, "t", TimeProvider.System);
        new MainJob(House.Catalogue, SilentProgress.Instance).TrainOnly(run, Experiment.Prepare(recipe, new DataCache()), TestContext.Current.CancellationToken);
        File.AppendAllText(rows, "60,1,1\n");
        var e = Assert.Throws<Mettle.Data.DataException>(() => new MainJob(House.Catalogue, SilentProgress.Instance).Run(run, Experiment.Prepare(recipe, new DataCache()), TestContext.Current.CancellationToken));
        Assert.StartsWith("rows.csv: The data has changed", e.Message, StringComparison.Ordinal);
    }

    private static RunReport Run(TemporaryFolder folder, Recipe recipe, out RunFolder run)
    {
        run = RunFolder.Create(folder.Path, "test", TimeProvider.System);
        return new MainJob(House.Catalogue, SilentProgress.Instance).Run(run, Experiment.Prepare(recipe, new DataCache()), TestContext.Current.CancellationToken);
    }

    private sealed class StopAfter(CancellationTokenSource cancel, int retrainings) : IRunProgress, IStage
    {
        private bool treating;
        private int done;

        public IStage Stage(string name, int total)
        {
            treating = name == "treating";
            return this;
        }

        public void Note(string message)
        {
        }

        public void Advance(int steps = 1)
        {
            if (treating && ++done >= retrainings)
            {
                cancel.Cancel();
            }
        }

        public void At(string what)
        {
        }

        public void Dispose()
        {
        }
    }
}

using Mettle.Runs;

namespace Mettle.Challenges.Tests;

public sealed class MainJobTests
{
    [Fact]
    public void Run_OverfittedDigits_AcceptsLabelSmoothingAndTellsTheStory()
    {
        using var folder = new TemporaryFolder();
        var recipe = House.Recipe().With("treat.seeds", 10);
        var report = Run(folder, recipe, out var run);

        var found = Assert.Single(report.Findings, f => f.Check == "generalization-gap");
        Assert.Equal(Severity.Problem, found.Severity);
        Assert.True(found.AdjustedPValue <= 0.10);
        var accepted = Assert.Single(report.Trials, t => t.Verdict == Verdict.Accepted);
        Assert.Equal("label-smoothing", accepted.Treatment);
        Assert.True(accepted.Difference.Interval!.Low > 0);
        Assert.Contains(accepted.RecipeDiff, l => l.StartsWith('+') && l.Contains("label-smoothing", StringComparison.Ordinal));
        Assert.Contains("label-smoothing", report.FinalRecipe, StringComparison.Ordinal);
        Assert.DoesNotContain("label-smoothing", report.Recipe, StringComparison.Ordinal);
        Assert.Contains(report.Trials, t => t.Verdict == Verdict.RolledBack);
        Assert.True(report.TestMetrics[0].Value >= 0.98);
        Assert.NotEmpty(report.TestMetricsBefore);
        Assert.Contains(report.Warnings, w => w.Contains("probabilities", StringComparison.Ordinal));
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

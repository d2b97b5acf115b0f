using Mettle.Challenges.Optimisation;
using Mettle.Runs;

namespace Mettle.Challenges.Tests.Forgetting;

/// <summary>The words of tasks and methods, what they refuse, and the treatments that set them.</summary>
public sealed class ForgettingRecipeTests : IDisposable
{
    private const string Tasks =
        """
        name: t
        data:
          source: digits
          tasks: {split-classes: {count: 5}}
          limit: 300
        model: {mlp: {hidden: [32]}}
        train:
          epochs: 1
          batch: 16
          optimizer: {sgd: {rate: 0.05}}
          threads: 0
        """;

    private readonly MemoryScope scope = MemoryScope.Begin();

    public static TheoryData<string> Methods => [.. House.Vocabulary.Words("continual").Select(w => w.Name)];

    public void Dispose() => scope.Dispose();

    [Theory]
    [MemberData(nameof(Methods))]
    public void Word_EveryMethod_TrainsWithItsDefaults(string word)
    {
        var model = Experiment.Prepare(House.Recipe(Tasks).With("train.continual", word), new DataCache()).Train(new TrainOptions());
        Assert.Null(model.Result.Divergence);
        Assert.True(double.IsFinite(model.Validation!.Metric) && model.Tasks!.Tasks == 5);
    }

    [Theory]
    [InlineData("threads: 0", "continual: replai", "did you mean 'replay'")]
    [InlineData("threads: 0", "continual: {replay: {buffer: 0}}", "must be at least 1, found 0")]
    [InlineData("threads: 0", "continual: {ewc: {decay: 0.5}}", "needs online: true")]
    [InlineData("count: 5", "count: 11", "asks for 11 tasks of at least 1 class")]
    [InlineData("{count: 5}", "{count: 6, scenario: task}", "6 tasks of at least 2 classes")]
    [InlineData("{count: 5}", "{count: 3, scenario: domain}", "do not divide into 3 tasks")]
    [InlineData("split-classes: {count: 5}", "permuted-inputs: {count: 1}", "found 1")]
    [InlineData("threads: 0", "mixup: 0.2", "goes with no 'train.mixup'")]
    [InlineData("threads: 0", "averaging: ema", "goes with no 'train.averaging'")]
    [InlineData("threads: 0", "early-stopping: {patience: 3}", "goes with no 'train.early-stopping")]
    [InlineData("threads: 0", "sharpness: sam", "goes with no 'train.sharpness'")]
    [InlineData("threads: 0", "continual: {a-gem: {buffer: 3}}", "a buffer of 3 is too small")]
    [InlineData("threads: 0", "continual: {icarl: {buffer: 9}}", "a buffer of 9 is too small")]
    [InlineData("  tasks: {split-classes: {count: 5}}", "  stratify: true", "needs tasks", "replay")]
    public void Recipe_WhatDoesNotGoTogether_NamesTheField(string given, string wrong, string part, string? method = null)
    {
        string yaml = Tasks.Replace(given, wrong, StringComparison.Ordinal);
        Assert.NotEqual(Tasks, yaml);
        var e = Assert.Throws<RecipeException>(() =>
        {
            var recipe = House.Recipe(yaml);
            recipe = method is null ? recipe : recipe.With("train.continual", method);
            Experiment.Prepare(recipe, new DataCache()).Check();
        });
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("limit: 11", "batch: 16", "has a single training row")]
    [InlineData("limit: 300", "batch: 1", "a batch has a single row")]
    public void Recipe_SingleRowsForBatchNorm_AreRefused(string limit, string batch, string part)
    {
        string yaml = Tasks.Replace("limit: 300", limit, StringComparison.Ordinal).Replace("batch: 16", batch, StringComparison.Ordinal)
            .Replace("hidden: [32]", "hidden: [32], norm: batch", StringComparison.Ordinal).Replace("count: 5", "count: 10", StringComparison.Ordinal);
        var e = Assert.Throws<RecipeException>(() => Experiment.Prepare(House.Recipe(yaml), new DataCache()).Check());
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
        Experiment.Prepare(House.Recipe(yaml).With("model.mlp.norm", "layer"), new DataCache()).Check();
    }

    [Fact]
    public void Train_TaskSmallerThanABatchBesideAnOddOne_TrainsAllTasks()
    {
        // 97 rows in all leave one over in batches of 32; the tasks have fewer than a batch.
        var recipe = House.Recipe(Tasks).With("data.limit", 97).With("train.batch", 32).With("model.mlp.norm", "batch");
        var experiment = Experiment.Prepare(recipe, new DataCache());
        var model = experiment.Train(new TrainOptions());
        Assert.Equal(experiment.TotalSteps, model.Result.Steps);
        Assert.Equal(5, model.Result.History.Count);
    }

    [Theory]
    [InlineData("early-stopping: {patience: 0}")]
    [InlineData("mixup: 0")]
    public void Recipe_DefaultsSpelledOut_AreNoObstacle(string line)
        => Experiment.Prepare(House.Recipe(Tasks.Replace("threads: 0", line, StringComparison.Ordinal)), new DataCache()).Check();

    [Fact]
    public void Treatments_OnTasks_SetOneMethodAndNoSecond()
    {
        var recipe = House.Recipe(Tasks);
        foreach (var t in House.Catalogue.Find("forgetting")!.Treatments)
        {
            var changed = t.Apply(recipe, out _);
            Assert.NotNull(changed);
            Assert.Single(Recipe.Diff(recipe, changed), l => l.StartsWith('+'));
            Assert.Null(t.Apply(changed, out string reason));
            Assert.Contains("in use", reason, StringComparison.Ordinal);
            Assert.NotEmpty(t.Source);
        }
    }

    [Fact]
    public void Treatments_WithoutTasks_SayWhyNot()
        => Assert.All(House.Catalogue.Find("forgetting")!.Treatments, t =>
        {
            Assert.Null(t.Apply(House.Recipe(), out string reason));
            Assert.Contains("data.tasks", reason, StringComparison.Ordinal);
        });

    [Fact]
    public void Conflicts_HeldWeights_NameBatchNormAndDecay()
    {
        var recipe = House.Recipe(Tasks).With("model.mlp.norm", "batch").With("train.optimizer", "adamw");
        Assert.Equal(2, new Ewc().Conflicts.Count(c => c.InUse(recipe)));
        Assert.DoesNotContain(new Ewc().Conflicts, c => c.InUse(House.Recipe(Tasks)));
        Assert.Null(new IcarlExemplars().Apply(House.Recipe(Tasks).WithYaml("data.tasks", "{permuted-inputs: {count: 2}}"), out string reason));
        Assert.Contains("new classes", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Loop_OnTasks_TriesOnlyWhatATrainingInTasksHonours()
    {
        // mixup cannot be had with tasks: it is told, and the run goes on with what can.
        var recipe = House.Recipe(Tasks).WithYaml("treat.treatments", "[mixup, experience-replay]").With("treat.seeds", 2);
        var experiment = Experiment.Prepare(recipe, new DataCache());
        var loop = new TreatmentLoop(House.Catalogue, LoopOptions.Of(recipe), new TrialLedger(null), SilentProgress.Instance);
        var result = loop.Run(experiment, [], TestContext.Current.CancellationToken);
        Assert.Equal("experience-replay", Assert.Single(result.Trials).Treatment);
        Assert.Contains(result.Warnings, w => w.StartsWith("mixup was not tried", StringComparison.Ordinal) && w.Contains("train.mixup", StringComparison.Ordinal));
    }
}

using Mettle.Challenges.Optimisation;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Tests.Forgetting;

public sealed class ForgettingCheckTests : IDisposable
{
    private const string Digits =
        """
        name: digits-in-tasks
        data:
          source: digits
          tasks: {split-classes: {count: 5}}
        model: {mlp: {hidden: [64]}}
        train:
          epochs: 4
          batch: 10
          optimizer: {sgd: {rate: 0.1}}
        """;

    private static readonly ChallengeId Id = new("forgetting");
    private readonly MemoryScope scope = MemoryScope.Begin();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void LostAccuracy_PlainTraining_IsAProblemWithTheMatrixAsEvidence()
    {
        var found = Assert.Single(Run(House.Recipe(Digits)).Findings);
        Assert.Equal(Severity.Problem, found.Severity);
        Assert.True(found.Measured.Value > 0.7 && found.Measured.Interval!.Low > 0.6 && found.PValue < 1e-6, found.Title);
        Assert.Equal("der-plus-plus", found.Remedies[0]);
        var matrix = Assert.Single(found.Evidence.OfType<HeatMap>());
        Assert.Equal(5, matrix.Values.Count);
        Assert.Contains("forgetting of task 4", Assert.Single(found.Evidence.OfType<TableEvidence>()).Rows.Select(r => r[0]));
    }

    [Fact]
    public void LostAccuracy_WithReplay_IsMuchLessAndAsksForNoOtherMethod()
    {
        var plain = Assert.Single(Run(House.Recipe(Digits)).Findings);
        var replay = Assert.Single(Run(House.Recipe(Digits).With("train.continual", "replay")).Findings);
        Assert.True(replay.Measured.Value < plain.Measured.Value - 0.4, replay.Title);
        Assert.Empty(replay.Remedies);
    }

    [Fact]
    public void LostAccuracy_TasksKnownAtTestTime_ForgetsLess()
    {
        var known = Assert.Single(Run(House.Recipe(Digits).With("data.tasks.split-classes.scenario", "task")).Findings);
        Assert.True(known.Measured.Value < 0.4, known.Title);
    }

    [Theory]
    [InlineData("", "All rows were learned at once")]
    [InlineData("joint", "All tasks were learned at once")]
    [InlineData("no-validation", "No validation rows")]
    public void LostAccuracy_NothingToCompare_SaysWhy(string how, string reason)
    {
        var recipe = how switch
        {
            "" => House.Recipe().With("train.epochs", 1),
            "joint" => House.Recipe(Digits).With("train.continual", "joint"),
            _ => House.Recipe(Digits).With("data.validation", 0.0),
        };
        Assert.Contains(reason, Run(recipe).SkipReason, StringComparison.Ordinal);
    }

    [Fact]
    public void Trains_RowsCameAsTasks_LeavesTheVerdictToForgetting()
    {
        var (experiment, model) = Train(House.Recipe(Digits).With("train.epochs", 1));
        Assert.Contains("forgetting", new Model.Trains().Run(new Subject(experiment, model, RandomKey.FromSeed(1)), new("gradients")).SkipReason, StringComparison.Ordinal);
    }

    [Fact]
    public void Examination_OfPlainTrainingOnTasks_FindsForgettingAlone()
    {
        var recipe = House.Recipe(Digits);
        var (experiment, model) = Train(recipe);
        var found = Examination.Run(House.Catalogue, new Subject(experiment, model, RandomKey.FromSeed(1)), SilentProgress.Instance, TestContext.Current.CancellationToken);
        Assert.Equal("lost-accuracy", Assert.Single(found.Problems).Check);
    }

    [Fact]
    public void LostAccuracy_FewRowsAndNoLoss_IsFine()
    {
        var (experiment, model) = Train(House.Recipe(Digits).With("train.epochs", 1));
        var record = model.Tasks!;
        var same = new TaskRecord(record.Accuracies, record.Untrained, record.RightAfter, record.RightAfter);
        var found = Assert.Single(new LostAccuracy().Run(new Subject(experiment, model with { Tasks = same }, RandomKey.FromSeed(1)), Id).Findings);
        Assert.Equal(Severity.Fine, found.Severity);
        Assert.Equal(1, found.PValue);
        Assert.Equal(0, found.Measured.Value);
    }

    [Fact]
    public void LostAccuracy_KnownRows_HasThePairedIntervalByHand()
    {
        var (experiment, model) = Train(House.Recipe(Digits).With("train.epochs", 1));
        bool[] all = [.. Enumerable.Repeat(true, 50)], half = [.. Enumerable.Range(0, 50).Select(i => i % 2 == 0)];
        var record = new TaskRecord([[1, 0, 0], [0.5, 1, 0], [0.5, 1, 1]], [0, 0, 0], [all, all, all], [half, all, all]);
        var found = Assert.Single(new LostAccuracy().Run(new Subject(experiment, model with { Tasks = record }, RandomKey.FromSeed(1)), Id).Findings);
        Assert.Equal(0.25, found.Measured.Value, 1e-12);
        // Variance of the first task's mean: 0.25 * 50 / 49 / 50; the mean of two tasks has a quarter of it.
        double error = Math.Sqrt(0.25 / 49 / 4);
        Assert.Equal(0.25 - (1.984467 * error), found.Measured.Interval!.Low, 1e-5);
    }

    [Fact]
    public void Run_Permuted_And_Rotated_TrainOnEveryTask()
    {
        foreach (string tasks in (string[])["{permuted-inputs: {count: 3}}", "{rotated-images: {count: 3, degrees: 90}}", "{split-classes: {count: 2, scenario: domain}}"])
        {
            var (experiment, model) = Train(House.Recipe(Digits).WithYaml("data.tasks", tasks).With("train.epochs", 2).With("train.continual", "replay"));
            var record = model.Tasks!;
            Assert.Equal(experiment.Data.Encoded.Sequence!.Count, record.Accuracies.Count);
            Assert.Equal(ContinualScenario.Domain, experiment.Data.Encoded.Sequence.Scenario);
            Assert.True(record.Final[^1] > 0.6, $"{tasks}: {record.Final[^1]}");
            Assert.Equal(experiment.TotalSteps, model.Result.Steps);
        }
    }

    private static CheckResult Run(Recipe recipe)
    {
        var (experiment, model) = Train(recipe);
        return new LostAccuracy().Run(new Subject(experiment, model, RandomKey.FromSeed(1)), Id);
    }

    private static (Experiment Experiment, TrainedModel Model) Train(Recipe recipe)
    {
        var experiment = Experiment.Prepare(recipe, new DataCache());
        return (experiment, experiment.Train(new TrainOptions()));
    }
}

using Mettle.Challenges.Computation;
using Mettle.Runs;

namespace Mettle.Challenges.Tests;

public sealed class TrainingCostCheckTests
{
    private static readonly ChallengeId Id = new("training-cost");

    [Fact]
    public void WastedEpochs_OfATrainingMuchTooLong_IsFoundWithItsRemedies()
    {
        var finding = Finding(new WastedEpochs(), House.Recipe().With("data.limit", 300).With("data.label-noise", 0.3).With("treat.cost", true));
        Assert.Equal(Severity.Problem, finding.Severity);
        Assert.True(finding.Measured.Interval!.Low <= finding.Measured.Value && finding.Measured.Value <= finding.Measured.Interval.High);
        Assert.Equal("super-convergence", finding.Remedies[0]);
    }

    [Fact]
    public void WastedEpochs_OfAShortTraining_IsFine()
        => Assert.Equal(Severity.Fine, Finding(new WastedEpochs(), House.Recipe().With("train.epochs", 6).With("train.optimizer.sgd.rate", 0.005)).Severity);

    [Fact]
    public void WastedEpochs_WhereCostIsNotTreated_IsNoted()
        => Assert.Equal(Severity.Notice, Finding(new WastedEpochs(), House.Recipe().With("data.limit", 300).With("data.label-noise", 0.3)).Severity);

    [Theory]
    [InlineData("data.validation", 0.0, "validation")]
    [InlineData("train.epochs", 2, "epochs")]
    public void WastedEpochs_WithNothingToJudgeBy_IsSkippedWithTheReason(string path, object value, string reason)
        => Assert.Contains(reason, new WastedEpochs().Run(Subject(House.Recipe().With("train.epochs", 6).With(path, value)), Id).SkipReason, StringComparison.Ordinal);

    [Fact]
    public void WhereWorkGoes_WithMostRowsHeldOut_IsNoted()
    {
        var few = House.Recipe().With("train.epochs", 2);
        Assert.Equal(Severity.Fine, Finding(new WhereWorkGoes(), few).Severity);
        var finding = Finding(new WhereWorkGoes(), few.With("data.validation", 0.8));
        Assert.Equal(Severity.Notice, finding.Severity);

        // Four times as many rows at a third of the work of a training row, a little more as the first layer has no gradient for its input.
        Assert.InRange(finding.Measured.Value, 0.5, 0.65);
    }

    [Fact]
    public void SmallSteps_OfATinyNetworkInSmallBatches_IsNotedUntilTheBatchIsLarge()
    {
        var recipe = House.Recipe().With("train.epochs", 1);
        Assert.Equal(Severity.Notice, Finding(new SmallSteps(), recipe.With("train.batch", 8)).Severity);
        Assert.Equal(Severity.Fine, Finding(new SmallSteps(), recipe.With("train.batch", 1024).WithYaml("model.mlp.hidden", "[256, 256]")).Severity);
    }

    [Fact]
    public void MemoryHeadroom_OnASmallMachine_IsAProblemWithItsRemedies()
    {
        var subject = Subject(House.Recipe().With("train.epochs", 1));
        Assert.Equal(Severity.Fine, Assert.Single(new MemoryHeadroom().Run(subject, Id).Findings).Severity);
        var finding = Assert.Single(new MemoryHeadroom(100_000).Run(subject, Id).Findings);
        Assert.Equal(Severity.Problem, finding.Severity);
        Assert.Contains("activation-checkpointing", finding.Remedies);
    }

    [Fact]
    public void Run_Twice_GivesTheSameNumbers()
    {
        var recipe = House.Recipe().With("train.epochs", 5);
        double[] Numbers() => [.. new TrainingCostChallenge().Checks.SelectMany(c => c.Run(Subject(recipe), Id).Findings).Select(f => f.Measured.Value)];
        double[] first = Numbers();
        Assert.Equal(4, first.Length);
        Assert.Equal(first, Numbers());
    }

    [Fact]
    public void Run_AllChecks_TakesNoMoreRowsThanClaimed()
    {
        var subject = Subject(House.Recipe().With("train.epochs", 5)) with { Budget = new CheckBudget(100) };
        foreach (var check in new TrainingCostChallenge().Checks)
        {
            check.Run(subject, Id);
        }

        Assert.InRange(subject.Budget.Spent, 1, 100);
    }

    private static Finding Finding(Check check, Recipe recipe)
    {
        var result = check.Run(Subject(recipe), Id);
        Assert.Null(result.SkipReason);
        return Assert.Single(result.Findings);
    }

    private static Subject Subject(Recipe recipe)
    {
        var experiment = Experiment.Prepare(recipe, new DataCache());
        return new Subject(experiment, experiment.Train(new TrainOptions()), RandomKey.FromSeed(1));
    }
}

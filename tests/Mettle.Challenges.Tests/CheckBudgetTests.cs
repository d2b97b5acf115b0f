using Mettle.Runs;

namespace Mettle.Challenges.Tests;

public sealed class CheckBudgetTests
{
    [Fact]
    public void Divide_LessThanIsWanted_GivesTheModestAllAndTheOthersEqualParts()
        => Assert.Equal([0, 40, 10, 40], CheckBudget.Divide(90, [0, 100, 10, 300]));

    [Fact]
    public void Divide_Enough_GivesWhatIsWanted()
        => Assert.Equal([5, 0, 7], CheckBudget.Divide(1000, [5, 0, 7]));

    [Fact]
    public void Rows_WithinTheBudget_AreWhatIsAffordedAndBooked()
    {
        var budget = new CheckBudget(1000);
        Assert.Equal(150, budget.Rows(150, 2));
        Assert.Equal(300, budget.Spent);
        Assert.Equal(175, budget.Rows(5000, 4));
        Assert.Equal(1000, budget.Spent);
    }

    [Fact]
    public void Rows_BudgetSpent_AreTheFewestThatTellAnything()
    {
        var budget = new CheckBudget(10);
        Assert.Equal(CheckBudget.FewestRows, budget.Rows(5000, 4));
        Assert.Equal(20, budget.Rows(20, 4));
        Assert.Equal(4 * (CheckBudget.FewestRows + 20), budget.Spent);
    }

    [Fact]
    public void Shared_AskedByTwoChecks_IsMeasuredOnceWithRandomNumbersOfItsOwn()
    {
        var experiment = Experiment.Prepare(House.Recipe().With("train.epochs", 1).With("data.limit", 100), new DataCache());
        var root = RandomKey.FromSeed(3);
        var subject = new Subject(experiment, experiment.Train(new TrainOptions()), root);
        int measured = 0;
        ulong Measure(Subject s)
        {
            measured++;
            return s.Key.Value;
        }

        var first = subject with { Key = root.For("a") };
        var second = subject with { Key = root.For("b") };
        Assert.Equal(root.For("probe").Value, first.Shared("probe", Measure));
        Assert.Equal(root.For("probe").Value, second.Shared("probe", Measure));
        Assert.Equal(1, measured);
    }

    [Fact]
    public void Run_StandardRecipe_TellsTimeAndRowPassesOfEachCheck()
    {
        var experiment = Experiment.Prepare(House.Recipe().With("train.epochs", 5).WithYaml("examine.challenges", "[reproducibility]"), new DataCache());
        var subject = new Subject(experiment, experiment.Train(new TrainOptions()), RandomKey.FromSeed(1));
        var overhead = Examination.Run(House.Catalogue, subject, SilentProgress.Instance, TestContext.Current.CancellationToken).Overhead;
        var cost = Assert.Single(overhead.Checks);
        Assert.True(cost.Seconds > 0 && overhead.TrainingSeconds > 0);

        // Five epochs leave less than the check would like and more than the fewest rows.
        Assert.InRange(cost.RowPasses, 3 * CheckBudget.FewestRows, CheckBudget.Share * subject.TrainingRowPasses);
    }
}

using Mettle.Runs;

namespace Mettle.Challenges.Tests;

public sealed class ExaminationTests
{
    [Fact]
    public void Run_RecipeWithWarmupLongerThanOneEpoch_RunsAllChecks()
    {
        var examination = Examine(House.Recipe().With("train.epochs", 4).With("train.warmup", 2).With("data.limit", 100));
        Assert.Contains(examination.Findings, f => f.Check == "repeated-training" && f.Severity == Severity.Fine);
    }

    [Fact]
    public void Run_BatchLargerThanTheRowsOfACheck_RunsAllChecks()
    {
        var examination = Examine(House.Recipe().With("train.epochs", 2).With("train.batch", 1024).With("train.schedule", "one-cycle"));
        Assert.Contains(examination.Findings, f => f.Check == "repeated-training" && f.Severity == Severity.Fine);
    }

    [Fact]
    public void Run_NoValidationRows_SkipsTheGapAndSaysWhy()
    {
        var examination = Examine(House.Recipe().With("train.epochs", 1).With("data.validation", 0.0).With("data.limit", 100));
        Assert.Contains(examination.Skipped, s => s.Check == "generalization-gap" && s.Reason.Contains("data.validation", StringComparison.Ordinal));
        Assert.DoesNotContain(examination.Findings, f => f.Check == "generalization-gap");
    }

    [Fact]
    public void Run_OutputsThatAreNotFinite_SkipsTheGapRatherThanCallItFine()
    {
        var experiment = Experiment.Prepare(House.Recipe().With("train.epochs", 1).With("data.limit", 100), new DataCache());
        var model = experiment.Train(new TrainOptions());
        foreach (var p in model.Module.Parameters)
        {
            p.Value.MutableSpan<float>().Fill(float.NaN);
        }

        var data = experiment.Data.Encoded;
        var broken = model with { Validation = experiment.Evaluate(model.Module, data.Validation!), Train = experiment.Evaluate(model.Module, data.Train) };
        var result = new Model.GeneralizationGap().Run(new Subject(experiment, broken, RandomKey.FromSeed(1)), new ChallengeId("overfitting"));
        Assert.Empty(result.Findings);
        Assert.Contains("not finite", result.SkipReason, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_FindingThatDoesNotSurviveTheFamily_BecomesANotice()
    {
        var findings = new[] { 0.04, 0.5, 0.6, 0.7 }.Select((p, i) => new Finding(
            new("x"), $"c{i}", "t", "e", new Measurement("m", 1), 0, p, i == 0 ? Severity.Problem : Severity.Fine, [], [])).ToList();
        var judged = Examination.Judge(findings, 0.10).Single(f => f.Check == "c0");
        Assert.Equal(Severity.Notice, judged.Severity);
        Assert.Equal("May be chance: t", judged.Title);
        Assert.Equal(0.16, judged.AdjustedPValue!.Value, 1e-12);
        Assert.Equal(Severity.Problem, Examination.Judge(findings, 0.20).Single(f => f.Check == "c0").Severity);
    }

    private static Examination Examine(Recipe recipe)
    {
        var experiment = Experiment.Prepare(recipe, new DataCache());
        var subject = new Subject(experiment, experiment.Train(new TrainOptions()), RandomKey.FromSeed(1));
        return Examination.Run(House.Catalogue, subject, SilentProgress.Instance, TestContext.Current.CancellationToken);
    }
}

using Mettle.Challenges.Optimisation;
using Mettle.Runs;

namespace Mettle.Challenges.Tests.Convergence;

public sealed class ConvergenceTests
{
    private static readonly ChallengeId Id = new("convergence");

    [Fact]
    public void Checks_OfAHealthyTraining_FindNothing()
    {
        var subject = Examined(House.Recipe().With("train.schedule", "cosine"));
        foreach (var check in new Challenges.Optimisation.Convergence().Checks)
        {
            var result = check.Run(subject, Id);
            Assert.All(result.Findings, f => Assert.True(f.Severity == Severity.Fine, f.Title));
        }
    }

    [Fact]
    public void Checks_OfARateAHundredTimesTooHigh_NameIt()
    {
        var subject = Examined(House.Recipe().With("train.optimizer.sgd.rate", 10.0));
        var breakdown = Assert.Single(new Breakdowns().Run(subject, Id).Findings);
        Assert.Equal(Severity.Problem, breakdown.Severity);
        Assert.Contains("a range test finds", breakdown.Title, StringComparison.Ordinal);
        Assert.Equal("rate-range-test", breakdown.Remedies[0]);
        var rate = Assert.Single(new LearningRate().Run(subject, Id).Findings);
        Assert.Equal(Severity.Problem, rate.Severity);
        Assert.InRange(rate.Measured.Value, 1, 3);
        Assert.True(rate.PValue < 0.05);
    }

    [Fact]
    public void LearningRate_AThousandthOfTheTuned_IsFoundLow()
    {
        var found = Assert.Single(new LearningRate().Run(Examined(House.Recipe().With("train.optimizer.sgd.rate", 1e-5)), Id).Findings);
        Assert.Equal(Severity.Problem, found.Severity);
        Assert.Contains("very low", found.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void LearningRate_WithinABudget_StaysInIt()
    {
        var subject = Examined(House.Recipe().With("train.epochs", 2)) with { Budget = new CheckBudget(1000) };
        new LearningRate().Run(subject, Id);
        Assert.InRange(subject.Budget.Spent, 1, new LearningRate().Wants(subject));
    }

    [Fact]
    public void FirstLoss_OfWeightsThatAreTooLarge_IsAProblem()
    {
        var experiment = Experiment.Prepare(House.Recipe().With("train.epochs", 1).WithYaml("init", "{normal: {deviation: 2}}"), new DataCache());
        var found = Assert.Single(new FirstLoss().Run(new Subject(experiment, experiment.Train(new TrainOptions()), RandomKey.FromSeed(1)), Id).Findings);
        Assert.Equal(Severity.Problem, found.Severity);
        Assert.True(found.Measured.Interval!.Low > 1.5);
    }

    [Fact]
    public void FirstLoss_OfARareClassOrTargetsFarFrom0_IsNoFaultOfTheWeights()
    {
        using var folder = new TemporaryFolder();
        string csv = Path.Combine(folder.Path, "rare.csv");
        File.WriteAllText(csv, $"a,b,y\n{string.Concat(Enumerable.Range(0, 300).Select(i => $"{i % 17},{i % 5},{(i % 50 == 0 ? "odd" : "usual")}\n"))}");
        string[] recipes =
        [
            $"data: {{source: {{csv: {{path: {csv}}}}}, target: y}}\nmodel: {{tabular: {{hidden: [16]}}}}",
            "data: {source: {adding-problem: {length: 8, rows: 300}}}\nmodel: {rnn: {hidden: 8}}",
        ];
        foreach (string recipe in recipes)
        {
            var found = Assert.Single(new FirstLoss().Run(Examined(House.Recipe($"name: t\n{recipe}\ntrain: {{epochs: 1}}\n")), Id).Findings);
            Assert.True(found.Severity == Severity.Fine, found.Title);
            Assert.InRange(found.Measured.Value, 0.5, 1.4);
        }
    }

    [Fact]
    public void LearningRate_OfARangeTest_IsNotTheRecipes()
    {
        var subject = Examined(House.Recipe().With("train.epochs", 1).With("train.rate-search", true).With("train.optimizer.sgd.rate", 100.0));
        Assert.Contains("range test", new LearningRate().Run(subject, Id).SkipReason, StringComparison.Ordinal);
        Assert.Equal(0, new LearningRate().Wants(subject));
    }

    [Fact]
    public void Plateau_UnderLabelSmoothing_KnowsTheLossOfSmoothedShares()
    {
        // The entropy of a tenth spread over ten equal classes is still ln 10; of 299 rows of one class and one of the other it is far more.
        using var folder = new TemporaryFolder();
        string csv = Path.Combine(folder.Path, "rare.csv");
        File.WriteAllText(csv, $"a,y\n{string.Concat(Enumerable.Range(0, 300).Select(i => $"{i},{(i < 6 ? "odd" : "usual")}\n"))}");
        var subject = Examined(House.Recipe($"name: t\ndata: {{source: {{csv: {{path: {csv}}}}}, target: y}}\nmodel: {{tabular: {{hidden: [32]}}}}\ntrain: {{epochs: 30, batch: 16, optimizer: {{adam: {{rate: 0.02}}}}, loss: {{cross-entropy: {{label-smoothing: 0.2}}}}}}\n"));
        var found = Assert.Single(new Plateau().Run(subject, Id).Findings);
        Assert.True(subject.Model.Result.History[^1].TrainLoss > 0.3, "Smoothed labels keep the loss above any entropy of the plain ones.");
        Assert.True(found.Measured.Value < 1, found.Explanation);
    }

    [Fact]
    public void EndNoise_OfALargeRateThatDoesNotFall_IsAProblemAndOfOneThatFallsNone()
    {
        var noisy = House.Recipe().With("train.epochs", 16).With("train.optimizer.sgd.rate", 0.3).With("train.batch", 8);
        var found = Assert.Single(new EndNoise().Run(Examined(noisy), Id).Findings);
        Assert.Equal((Severity.Problem, "ema"), (found.Severity, found.Remedies[0]));
        Assert.True(found.Measured.Value > found.Measured.Interval!.Low && found.PValue < 0.05);
        var settled = Assert.Single(new EndNoise().Run(Examined(noisy.With("train.schedule", "cosine")), Id).Findings);
        Assert.Equal((Severity.Fine, 1.0), (settled.Severity, settled.PValue));
    }

    [Fact]
    public void EndNoise_OfFewEpochs_SaysWhatItNeeds()
        => Assert.Contains("needs 8", new EndNoise().Run(Examined(House.Recipe().With("train.epochs", 3)), Id).SkipReason, StringComparison.Ordinal);

    [Fact]
    public void NotConverged_OfATrainingCutShort_SaysHowMuchIsLeft()
    {
        var found = Assert.Single(new NotConverged().Run(Examined(House.Recipe().With("train.epochs", 8).With("train.optimizer.sgd.rate", 0.002)), Id).Findings);
        Assert.Equal(Severity.Problem, found.Severity);
        Assert.True(found.Measured.Value > 0.05 && found.PValue < 0.05);
    }

    [Fact]
    public void Plateau_OfARateThatIsFarTooLow_NeverEnds()
    {
        var found = Assert.Single(new Plateau().Run(Examined(House.Recipe().With("train.epochs", 8).With("train.optimizer.sgd.rate", 1e-6)), Id).Findings);
        Assert.Equal((Severity.Problem, 1.0), (found.Severity, found.Measured.Value));
    }

    [Fact]
    public void NoiseScale_OfAVeryLargeBatchEarlyOn_AsksForASmallerOne()
    {
        var found = Assert.Single(new NoiseScale().Run(Examined(House.Recipe().With("train.epochs", 1).With("train.batch", 1200).With("train.optimizer.sgd.rate", 1e-4)), Id).Findings);
        Assert.Equal(Severity.Problem, found.Severity);
        Assert.Equal(["smaller-batch"], found.Remedies);
        Assert.NotNull(new SmallerBatch().Apply(House.Recipe().With("train.batch", 1200), out _));
    }

    [Fact]
    public void BatchTreatments_ChangeTheRateAsTheBatch()
    {
        var larger = new LargerBatch().Apply(House.Recipe(), out _)!;
        Assert.Equal((128, 0.4), (larger["train.batch"].Int(), Math.Round(larger["train.optimizer.sgd.rate"].Double(), 9)));
        var smaller = new SmallerBatch().Apply(House.Recipe().With("train.batch", 256).WithYaml("train.optimizer", "{adam: {rate: 0.01}}"), out _)!;
        Assert.Equal((64, 0.005), (smaller["train.batch"].Int(), Math.Round(smaller["train.optimizer.adam.rate"].Double(), 9)));
    }

    [Theory]
    [InlineData("lion")]
    [InlineData("lamb")]
    [InlineData("muon")]
    public void OptimizerWords_OnDigits_Learn(string name)
    {
        var start = House.Recipe().With("train.batch", 256).With("train.epochs", 60);
        var recipe = House.Catalogue.Treatment(name).Apply(start, out string reason);
        Assert.True(recipe is not null, reason);
        Assert.True(Examined(recipe).Model.Validation!.Accuracy > 0.9);
        var wrong = Assert.Throws<RecipeException>(() => recipe.With($"train.optimizer.{name}.rate", -1.0));
        Assert.Contains("at least", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Proof_ShortForm_Passes()
    {
        using var folder = new TemporaryFolder();
        var challenge = House.Catalogue.Find("convergence")!;
        var result = challenge.Proof.Run(challenge.Id, House.Context(folder.Path));
        Assert.True(result.Passed, result.Line);
        Assert.Equal(2, result.Parts.Count);
    }

    [Fact]
    public void Proof_WithRecoveryLeftOff_Fails()
    {
        using var folder = new TemporaryFolder();
        var broken = new TooHighRateProof(r => r, new TunedTraining("digits", House.Digits, r => r.With("train.epochs", 10)));
        var result = broken.Run(Id, House.Context(folder.Path));
        Assert.False(result.Passed, result.Line);
        Assert.All(result.Parts, p => Assert.False(p.Passed));
    }

    private static Subject Examined(Recipe recipe)
    {
        var experiment = Experiment.Prepare(recipe, new DataCache());
        return new Subject(experiment, experiment.Train(new TrainOptions()), RandomKey.FromSeed(1));
    }
}

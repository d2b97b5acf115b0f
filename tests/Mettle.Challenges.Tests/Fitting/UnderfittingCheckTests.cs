using Mettle.Challenges.Model;
using Mettle.Runs;

namespace Mettle.Challenges.Tests.Fitting;

public sealed class UnderfittingCheckTests
{
    [Fact]
    public void Capacity_OneUnit_CannotLearnSixteenRows()
    {
        var f = FittingSubject.Finding(new Capacity(), r => r.WithYaml("model.mlp.hidden", "[1]"));
        Assert.Equal(Severity.Problem, f.Severity);
        Assert.True(f.Measured.Interval!.High < f.Threshold);
        Assert.True(f.PValue < 0.01);
        Assert.Equal("wider", f.Remedies[0]);
    }

    [Fact]
    public void Capacity_LargeNetworkHardlyTrained_CanLearnThem()
    {
        var f = FittingSubject.Finding(new Capacity(), r => r.With("train.epochs", 1).With("train.optimizer.sgd.rate", 1e-4));
        Assert.Equal(Severity.Fine, f.Severity);
        Assert.InRange(f.Measured.Value, 0.75, 0.95);
    }

    [Fact]
    public void Capacity_NetworkThatTrainedWell_CostsNothing()
    {
        using var scope = MemoryScope.Begin("capacity");
        var experiment = Experiment.Prepare(House.Recipe().With("train.epochs", 20), new DataCache());
        var subject = new Subject(experiment, experiment.Train(new TrainOptions()), RandomKey.FromSeed(1)) { Budget = new CheckBudget(1e6) };
        var check = new Capacity();
        Assert.Equal(0, check.Wants(subject));
        Assert.Equal(Severity.Fine, Assert.Single(check.Run(subject, new("underfitting")).Findings).Severity);
        Assert.Equal(0, subject.Budget.Spent);
    }

    [Fact]
    public void NoiseFloor_FourUnits_AreWorseThanTheNeighbours()
    {
        var f = FittingSubject.Finding(new NoiseFloor(), r => r.WithYaml("model.mlp.hidden", "[4]").With("train.epochs", 20));
        Assert.Equal(Severity.Problem, f.Severity);
        Assert.True(f.Measured.Interval!.Low > f.Threshold);
        Assert.Contains("wider", f.Remedies);
    }

    [Fact]
    public void NoiseFloor_MislabelledRowsNotLearntByHeart_IsFine()
    {
        // A third of the training rows is wrong, and rightly so: their labels are noise, and the neighbours err as often.
        var f = FittingSubject.Finding(new NoiseFloor(), r => r.With("data.label-noise", 0.3).With("train.optimizer.sgd.weight-decay", 0.005).With("train.schedule", "cosine"));
        Assert.Equal(Severity.Fine, f.Severity);
        Assert.Contains("Cover and Hart", f.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, Severity.Problem)]
    [InlineData(30, Severity.Fine)]
    public void NoiseFloor_OfNumbers_KnowsTheNoiseOfTheTargets(int epochs, Severity expected)
    {
        // y = x + noise of variance 1/4: half the squared difference of near rows is about that.
        using var folder = new TemporaryFolder();
        var key = RandomKey.FromSeed(3);
        string rows = Path.Combine(folder.Path, "rows.csv");
        File.WriteAllLines(rows, Enumerable.Range(0, 800).Select(i => FormattableString.Invariant($"{4 * key.Uniform((ulong)i):0.0000},{(4 * key.Uniform((ulong)i)) + (0.5 * key.For("noise").Normal((ulong)i)):0.0000}")).Prepend("x,y"));
        var recipe = Recipe.Parse($"name: t\ndata: {{source: {{csv: {{path: rows.csv}}}}, target: y}}\nmodel: {{tabular: {{hidden: [32]}}}}\ntrain: {{epochs: {epochs}, optimizer: {{adam: {{rate: {(epochs == 1 ? "0.0001" : "0.01")}}}}}}}\n", "t.yaml", House.Vocabulary, folder.Path);
        using var scope = MemoryScope.Begin("floor");
        var experiment = Experiment.Prepare(recipe, new DataCache());
        var subject = new Subject(experiment, experiment.Train(new TrainOptions()), RandomKey.FromSeed(1));
        var f = Assert.Single(new NoiseFloor().Run(subject, new("underfitting")).Findings);
        Assert.Equal(expected, f.Severity);
        double floor = ((BarChart)f.Evidence[0]).Values[1];
        Assert.InRange(floor, 0.1, 0.25);
    }

    [Fact]
    public void StillFalling_TrainingThatEndsEarly_AsksForMore()
    {
        var f = FittingSubject.Finding(new StillFalling(), r => r.With("train.epochs", 20).With("train.optimizer.sgd.rate", 0.0005));
        Assert.Equal(Severity.Problem, f.Severity);
        Assert.Equal("longer-training", f.Remedies[0]);
        Assert.Equal(Severity.Fine, FittingSubject.Finding(new StillFalling(), r => r).Severity);
    }

    [Fact]
    public void StillFalling_LossOfNoiseLearntByHeart_IsNoCallForMore()
    {
        var f = FittingSubject.Finding(new StillFalling(), r => r.With("train.epochs", 12).With("data.label-noise", 0.5).With("data.limit", 300).With("train.optimizer.sgd.rate", 0.02));
        Assert.True(f.Measured.Value > f.Threshold);
        Assert.Equal(Severity.Fine, f.Severity);
    }

    [Fact]
    public void StrongRegularization_ShiftsByTwoOfEightPixels_NamesAugmentation()
    {
        var f = FittingSubject.Finding(new StrongRegularization(), r => r.WithYaml("data.augment", "[crop]"));
        Assert.Equal(Severity.Problem, f.Severity);
        Assert.Equal(["less-augmentation"], f.Remedies);
    }

    [Fact]
    public void StrongRegularization_LabelSmoothingThatHelps_IsNotCalledTooStrong()
    {
        // It makes probabilities timid by design: what counts is how well rows are told apart.
        var f = FittingSubject.Finding(new StrongRegularization(), r => r.With("train.loss.cross-entropy.label-smoothing", 0.1));
        Assert.Equal(Severity.Fine, f.Severity);
    }

    [Fact]
    public void StrongRegularization_LeavesTheExaminedModelAsItIs()
    {
        using var scope = MemoryScope.Begin("strong");
        var experiment = Experiment.Prepare(House.Recipe().With("train.epochs", 2).With("train.mixup", 4), new DataCache());
        var model = experiment.Train(new TrainOptions());
        string before = model.WeightsSha256();
        new StrongRegularization().Run(new Subject(experiment, model, RandomKey.FromSeed(1)), new("underfitting"));
        new Capacity().Run(new Subject(experiment, model, RandomKey.FromSeed(1)), new("underfitting"));
        Assert.Equal(before, model.WeightsSha256());
    }

    [Fact]
    public void Checks_OnRecipesOfAnyKind_FindOrSaySoAndRepeatTheirNumbers()
    {
        string[] recipes =
        [
            "name: t\ndata: {source: digits, validation: 0, limit: 12}\nmodel: {mlp: {hidden: [4]}}\ntrain: {epochs: 1}\n",
            "name: t\ndata: {source: {adding-problem: {length: 8, rows: 300}}}\nmodel: {rnn: {hidden: 4, dropout: 0.2}}\ntrain: {epochs: 1}\n",
            "name: t\ndata: {source: digits, limit: 100, augment: [crop]}\nmodel: {cnn: {widths: [4], dropout: 0.5}}\ntrain: {epochs: 1, cutmix: 1, batch: 500}\n",
        ];
        foreach (string yaml in recipes)
        {
            using var scope = MemoryScope.Begin("any");
            var experiment = Experiment.Prepare(House.Recipe(yaml).WithYaml("examine.challenges", "[overfitting, underfitting]"), new DataCache());
            var model = experiment.Train(new TrainOptions());
            var examinations = Enumerable.Range(0, 2).Select(_ => Examination.Run(House.Catalogue, new Subject(experiment, model, RandomKey.FromSeed(1)), SilentProgress.Instance, TestContext.Current.CancellationToken)).ToList();
            Assert.All(examinations[0].Findings, f => Assert.True(double.IsFinite(f.Measured.Value), f.Check));
            Assert.Equal(examinations[0].Findings.Select(f => (f.Check, f.Measured.Value)), examinations[1].Findings.Select(f => (f.Check, f.Measured.Value)));
            Assert.Equal(7, examinations[0].Findings.Count + examinations[0].Skipped.Count);
        }
    }
}

using Mettle.Challenges.Optimisation;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Tests;

public sealed class NonConvexityTests
{
    private static readonly ChallengeId Id = new("non-convexity");

    [Fact]
    public void Sharpness_OfWrongLabelsLearned_IsAProblemThatSamLessens()
    {
        var noisy = House.Recipe().With("data.label-noise", 0.3).With("train.schedule", "cosine").With("train.epochs", 60);
        var before = Finding(new Optimisation.Sharpness(), Trained(noisy));
        Assert.Equal(Severity.Problem, before.Severity);
        Assert.True(before.PValue < 0.05 && before.Measured.Interval!.Low > before.Threshold, $"{before.Measured.Value}, p {before.PValue}");
        Assert.Equal("sam", before.Remedies[0]);
        var after = Finding(new Optimisation.Sharpness(), Trained(new Sam().Apply(noisy, out _)!));
        Assert.True(after.Measured.Value < 0.7 * before.Measured.Value, $"{before.Measured.Value} to {after.Measured.Value}");
    }

    [Fact]
    public void Checks_OnAHealthyRun_FindNothing()
    {
        var subject = Trained(House.Recipe());
        foreach (var check in new NonConvexity().Checks)
        {
            var finding = Finding(check, subject);
            Assert.Equal(Severity.Fine, finding.Severity);
            Assert.Empty(finding.Remedies);
            Assert.True(finding.PValue > 0.5, $"{check.Name}: {finding.Measured.Value}, p {finding.PValue}");
            Assert.Equal(finding.Measured, Finding(check, subject).Measured);
        }
    }

    [Fact]
    public void NegativeCurvature_OnASaddle_IsAProblem()
    {
        var experiment = Experiment.Prepare(House.Recipe().WithYaml("model", "{mlp: {hidden: [16], activation: tanh}}").With("train.epochs", 1), new DataCache());
        var model = experiment.BuildModel();
        foreach (var p in model.Parameters)
        {
            p.Value = Tensor.Zeros(p.Shape);
        }

        var trained = experiment.Train(new TrainOptions());
        var saddle = trained with { Module = model, Train = experiment.Evaluate(model, experiment.Data.Encoded.Train) };
        var finding = Finding(new NegativeCurvature(), new Subject(experiment, saddle, RandomKey.FromSeed(1)));
        Assert.Equal(Severity.Problem, finding.Severity);
        Assert.True(finding.PValue < 0.01, $"{finding.Measured.Value}, p {finding.PValue}");
        Assert.Contains("saddle-escape", finding.Remedies);
        Assert.Equal(Severity.Fine, Finding(new NegativeCurvature(), new Subject(experiment, Trained(House.Recipe()).Model, RandomKey.FromSeed(1))).Severity);
    }

    [Theory]
    [InlineData("data: {source: digits, limit: 40, validation: 0}\nmodel: {mlp: {hidden: [8], norm: batch}}")]
    [InlineData("data: {source: {adding-problem: {length: 10, rows: 60}}}\nmodel: {rnn: {cell: gru, hidden: 5}}")]
    [InlineData("data: {source: digits, limit: 60}\nmodel: {cnn: {}}")]
    [InlineData("data: {source: digits, limit: 60}\nmodel: {mlp: {hidden: [8]}}\ntrain: {epochs: 2, schedule: warm-restarts, snapshots: 2}")]
    [InlineData("data: {source: digits, limit: 60}\nmodel: {mlp: {hidden: [8]}}\ntrain: {epochs: 2, optimizer: {sgd: {rate: 1e30}}}")]
    public void Checks_OnAnyRecipe_FindSomethingOrSayWhyNot(string yaml)
    {
        var subject = Trained(House.Recipe($"name: t\n{yaml}{(yaml.Contains("train:", StringComparison.Ordinal) ? "" : "\ntrain: {epochs: 1}")}"));
        foreach (var check in new NonConvexity().Checks)
        {
            Assert.True(check.Wants(subject) >= 0);
            foreach (double budget in (double[])[1, 1000, double.PositiveInfinity])
            {
                using var scope = MemoryScope.Begin();
                var result = check.Run(subject with { Budget = new CheckBudget(budget) }, Id);
                Assert.True(result.SkipReason is not null || double.IsFinite(result.Findings.Single().Measured.Value), check.Name);
            }
        }
    }

    [Fact]
    public void Evidence_OfALongTraining_HasSliceAndDensity()
    {
        // Long by its record, so that the pictures are cheap beside it.
        var trained = Trained(House.Recipe().With("train.epochs", 1).With("data.limit", 300));
        var recipe = trained.Recipe.With("train.epochs", 100_000);
        var subject = trained with { Experiment = trained.Experiment.With(recipe), Model = trained.Model with { Result = trained.Model.Result with { Steps = 1_000_000_000 } } };
        Assert.Single(Finding(new Optimisation.Sharpness(), subject).Evidence);
        Assert.Empty(Finding(new Optimisation.Sharpness(), trained).Evidence);
        Assert.Contains(Finding(new NegativeCurvature(), subject).Evidence, e => e is LineChart { Series.Count: 3 });
        Assert.IsType<TableEvidence>(Assert.Single(Finding(new NegativeCurvature(), trained).Evidence));
    }

    [Theory]
    [InlineData("train: {epochs: 8, warmup: 0.5}", "snapshot-ensemble")]
    [InlineData("train: {epochs: 8, averaging: ema}", "snapshot-ensemble")]
    [InlineData("train: {epochs: 1}", "warm-restarts")]
    [InlineData("train: {sharpness: asam}", "sam")]
    public void Apply_WhereItDoesNotGo_SaysWhy(string train, string treatment)
    {
        Assert.Null(House.Catalogue.Treatment(treatment).Apply(House.Recipe($"name: t\ndata: {{source: digits}}\nmodel: mlp\n{train}"), out string reason));
        Assert.NotEmpty(reason);
    }

    [Fact]
    public void Conflicts_OfSamWithBatchNorm_AreSaid()
    {
        var recipe = House.Recipe("name: t\ndata: {source: digits}\nmodel: {mlp: {norm: batch}}");
        Assert.Contains(new Sam().Conflicts, c => c.InUse(recipe) && c.Why.Contains("first pass", StringComparison.Ordinal));
        Assert.DoesNotContain(new Sam().Conflicts, c => c.InUse(House.Recipe()));
    }

    [Fact]
    public void Proof_ShortForm_PassesAndFailsWithoutARadius()
    {
        using var folder = new TemporaryFolder();
        var result = new NonConvexity().Proof.Run(Id, House.Context(folder.Path));
        Assert.True(result.Passed, string.Join("; ", result.Parts));
        var broken = NonConvexity.ProofOf(r => r.With("train.sharpness.sam.rho", 1e-6)).Run(Id, House.Context(folder.Path));
        Assert.False(broken.Passed, broken.Line);
        Assert.All(broken.Parts, p => Assert.False(p.Passed, p.ToString()));
    }

    private static Subject Trained(Recipe recipe)
    {
        var experiment = Experiment.Prepare(recipe, new DataCache());
        return new Subject(experiment, experiment.Train(new TrainOptions()), RandomKey.FromSeed(1));
    }

    private static Finding Finding(Check check, Subject subject)
    {
        using var scope = MemoryScope.Begin();
        return check.Run(subject, Id).Findings.Single();
    }
}

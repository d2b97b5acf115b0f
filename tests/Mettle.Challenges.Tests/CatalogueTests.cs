using Mettle.Runs;

namespace Mettle.Challenges.Tests;

public sealed class CatalogueTests
{
    public static TheoryData<string> Treatments => [.. House.Catalogue.Treatments.Select(t => t.Treatment.Name)];

    [Fact]
    public void Vocabulary_WithAllFloors_IsConsistent() => Assert.Empty(House.Vocabulary.Inconsistencies());

    [Fact]
    public void Remedies_OfAllChecks_AreTreatments()
    {
        var known = House.Catalogue.Treatments.Select(t => t.Treatment.Name).ToHashSet();
        using var folder = new TemporaryFolder();
        var experiment = Experiment.Prepare(House.Recipe().With("data.label-noise", 0.3).With("data.limit", 500), new DataCache());
        var subject = new Subject(experiment, experiment.Train(new TrainOptions()), RandomKey.FromSeed(1));
        var examination = Examination.Run(House.Catalogue, subject, SilentProgress.Instance, TestContext.Current.CancellationToken);
        Assert.Contains(examination.Findings, f => f.Remedies.Count > 0);
        Assert.All(examination.Findings.SelectMany(f => f.Remedies), r => Assert.Contains(r, known));
        Assert.Contains(examination.Problems, f => f.Check == "memorization");
    }

    [Theory]
    [MemberData(nameof(Treatments))]
    public void Apply_ToDigits_GivesAnotherRecipeThatTrainsOrSaysWhyNot(string name)
    {
        var recipe = House.Recipe().With("train.epochs", 2).With("data.limit", 100);
        var treatment = House.Catalogue.Treatment(name);
        var changed = treatment.Apply(recipe, out string reason);
        if (changed is null)
        {
            Assert.NotEmpty(reason);
            return;
        }

        Assert.NotEmpty(Recipe.Diff(recipe, changed));
        Assert.Null(treatment.Apply(changed, out reason));
        Assert.NotEmpty(reason);
        Assert.True(double.IsFinite(Experiment.Prepare(changed, new DataCache()).Train(new TrainOptions()).Validation!.Metric));
    }

    [Fact]
    public void Judge_ManyTrueNulls_KeepsFalseAlarmsWithinTheBudget()
    {
        // 40 findings over their threshold with uniform p-values: hardly one may remain a problem.
        var key = RandomKey.FromSeed(5);
        var findings = Enumerable.Range(0, 40).Select(i => new Finding(
            new("x"), $"c{i}", "t", "e", new Measurement("m", 1), 0, key.Uniform((ulong)i), Severity.Problem, [], [])).ToList();
        Assert.True(Examination.Judge(findings, 0.10).Count(f => f.Severity == Severity.Problem) <= 1);
    }
}

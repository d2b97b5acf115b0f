namespace Mettle.Runs.Tests.Experiments;

public sealed class SplitTests
{
    private const string Digits = "name: t\nmodel: {mlp: {hidden: [4]}}\ndata:\n  source: digits\n";

    [Fact]
    public void Prepare_TestModulo_TakesExactlyThoseRows()
    {
        var all = Prepare("  validation: 0\n  test: 0\n").Data.Encoded.Train.Labels;
        var data = Prepare("  test-modulo: [5, 2]\n").Data.Encoded;
        Assert.Equal(all.Where((_, i) => i % 5 == 2), data.Test!.Labels);
    }

    [Fact]
    public void Prepare_Limit_KeepsClassesSharesAndOtherParts()
    {
        var full = Prepare("").Data.Encoded;
        var limited = Prepare("  limit: 100\n").Data.Encoded;
        Assert.Equal(100, limited.Train.Count);
        Assert.All(Enumerable.Range(0, 10), c => Assert.InRange(limited.Train.Labels.Count(l => l == c), 8, 12));
        Assert.Equal(full.Validation!.Labels, limited.Validation!.Labels);
        Assert.Equal(full.Test!.Labels, limited.Test!.Labels);
    }

    [Fact]
    public void Trial_EveryFold_IsJudgedOnRowsThatNeitherTrainingNorValidationHolds()
    {
        var experiment = Experiment.Prepare(Files.Recipe($"{Digits}  validation: 0.2\n", "."), new DataCache());
        int held = 0;
        for (int k = 0; k < 4; k++)
        {
            var trial = experiment.Trial(k, 4).Data;
            var fold = experiment.Fold(k, 4).Data.Encoded;
            Assert.Equal(fold.Validation!.Labels, trial.HeldOut!.Labels);
            Assert.Equal(fold.Train.Count, trial.Encoded.Train.Count + trial.Encoded.Validation!.Count);
            Assert.InRange(trial.Encoded.Validation.Count, fold.Train.Count / 5, (fold.Train.Count / 5) + 1);
            held += trial.HeldOut.Count;
            using var scope = MemoryScope.Begin("test");
            HashSet<string> seen = [.. Images(trial.Encoded.Train), .. Images(trial.Encoded.Validation)];
            Assert.DoesNotContain(Images(trial.HeldOut), seen.Contains);
        }

        Assert.Equal(experiment.Data.DevelopmentRows, held);
        static string[] Images(Mettle.Runs.DataPart part)
        {
            float[] x = part.Rows.Load([.. Enumerable.Range(0, part.Count)], default).Inputs[0].ToArray<float>();
            return [.. x.Chunk(64).Select(image => string.Join(' ', image.Select(v => MathF.Round(v, 2))))];
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    public void Fold_All_AreDisjointAndCoverTheDevelopmentRows(int folds)
    {
        int[] classes = [.. Enumerable.Range(0, 500).Select(i => i % 4)];
        var split = new Mettle.Data.SplitRule { Seed = 3 }.Apply(classes.Length, classes);
        var parts = Enumerable.Range(0, folds).Select(k => Folds.Of(split, classes, k, folds, RandomKey.FromSeed(1))).ToList();
        Assert.Equal(split.Train.Concat(split.Validation).Order(), parts.SelectMany(p => p.Validation).Order());
        Assert.All(parts, p =>
        {
            Assert.Empty(p.Train.Intersect(p.Validation));
            Assert.Empty(p.Validation.Intersect(split.Test));
            Assert.Equal(split.Test, p.Test);
            Assert.Equal(split.Train.Length + split.Validation.Length, p.Train.Length + p.Validation.Length);
        });
    }

    [Fact]
    public void Fold_OfExperiment_LeavesTestRowsApart()
    {
        var experiment = Prepare("  label-noise: 0.5\n");
        var fold = experiment.Fold(1, 5);
        Assert.Equal(experiment.Data.Encoded.Test!.Labels, fold.Data.Encoded.Test!.Labels);
        Assert.Equal(experiment.Data.DevelopmentRows, fold.Data.DevelopmentRows);
    }

    [Fact]
    public void Prepare_LabelNoise_ChangesItsShareOfDevelopmentLabelsAndNoTestLabel()
    {
        var clean = Prepare("").Data.Encoded;
        var noisy = Prepare("  label-noise: 0.3\n").Data.Encoded;
        Assert.Equal(clean.Test!.Labels, noisy.Test!.Labels);
        double changed = clean.Train.Labels.Zip(noisy.Train.Labels).Count(p => p.First != p.Second) / (double)clean.Train.Count;
        Assert.InRange(changed, 0.25, 0.35);
        Assert.All(noisy.Train.Labels, l => Assert.InRange(l, 0, 9));
        Assert.NotEqual(clean.Validation!.Labels, noisy.Validation!.Labels);
    }

    [Fact]
    public void Prepare_LabelNoiseOfARow_IsTheSameWhateverElseIsRead()
    {
        // A row's wrong label must not depend on which classes happen to be in its part.
        var all = Prepare("  label-noise: 0.3\n  validation: 0\n  test-modulo: [5, 0]\n").Data.Encoded.Train.Labels;
        var fold = Prepare("  label-noise: 0.3\n  validation: 0\n  test-modulo: [5, 0]\n").Fold(0, 4).Data.Encoded;
        Assert.Equal(all.Order(), fold.Train.Labels.Concat(fold.Validation!.Labels).Order());
    }

    private static Experiment Prepare(string data) => Experiment.Prepare(Files.Recipe(Digits + data, "."), new DataCache());
}

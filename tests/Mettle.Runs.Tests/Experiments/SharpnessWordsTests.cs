using Mettle.Nn;

namespace Mettle.Runs.Tests.Experiments;

public sealed class SharpnessWordsTests
{
    private const string Digits =
        """
        name: t
        data: {source: digits, limit: 200}
        model: {mlp: {hidden: [16]}}
        train:
          epochs: 6
          optimizer: {sgd: {rate: 0.1, momentum: 0.9}}
        """;

    [Theory]
    [InlineData("  sharpness: sam", 0)]
    [InlineData("  sharpness: {asam: {rho: 1}}", 0)]
    [InlineData("  saddle-escape: {radius: 0.1, threshold: 100, every: 5}", 0)]
    [InlineData("  schedule: {warm-restarts: {cycles: 3}}\n  snapshots: 3", 2)]
    [InlineData("  schedule: {warm-restarts: {cycles: 2, growth: 2}}\n  snapshots: 2", 1)]
    [InlineData("  schedule: {warm-restarts: {cycles: 9}}\n  snapshots: 9", 5)]
    public void Train_WithTheWord_LearnsAnotherModel(string line, int snapshots)
    {
        var plain = Train(Digits);
        var model = Train($"{Digits}\n{line}");
        Assert.True(model.Validation!.Accuracy > 0.5);
        Assert.NotEqual(plain.WeightsSha256(), model.WeightsSha256());
        Assert.Equal(snapshots, (model.Module as SnapshotEnsemble)?.Taken ?? 0);
    }

    [Fact]
    public void Export_OfSnapshots_IsOneModel()
    {
        var recipe = Recipe($"{Digits}\n  schedule: warm-restarts\n  snapshots: 2");
        var experiment = Experiment.Prepare(recipe, new DataCache());
        var model = experiment.Train(new TrainOptions());
        var exported = ModelExport.Of(experiment, model.Module, "run", model.WeightsSha256());
        Assert.Null(exported.Limit);
        Assert.True(exported.Document.TensorBytes >= 2 * 1210 * sizeof(float));
    }

    [Theory]
    [InlineData("  sharpnes: sam", "did you mean 'sharpness'")]
    [InlineData("  sharpness: sma", "did you mean 'sam'")]
    [InlineData("  sharpness: {sam: {rho: 0}}", "must be 1E-06 to 1000000, found 0")]
    [InlineData("  saddle-escape: {radius: -1}", "must be at least 0, found -1")]
    [InlineData("  snapshots: 3", "set train.schedule to warm-restarts")]
    [InlineData("  schedule: warm-restarts\n  snapshots: 5", "need as many cycles")]
    [InlineData("  schedule: {warm-restarts: {cycles: 0}}", "must be 1 to 100, found 0")]
    [InlineData("  schedule: warm-restarts\n  snapshots: 2\n  warmup: 0.5", "make it a whole number")]
    [InlineData("  schedule: warm-restarts\n  snapshots: 2\n  averaging: ema", "leave one of the two out")]
    public void Check_WhatCannotBe_IsNamed(string line, string part)
    {
        var e = Assert.Throws<RecipeException>(() => Experiment.Prepare(Recipe($"{Digits}\n{line}"), new DataCache()).Check());
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
        Assert.StartsWith("test.yaml:", e.Message, StringComparison.Ordinal);
    }

    private static TrainedModel Train(string yaml) => Experiment.Prepare(Recipe(yaml), new DataCache()).Train(new TrainOptions());

    private static Recipe Recipe(string yaml) => Files.Recipe(yaml, Directory.GetCurrentDirectory());
}

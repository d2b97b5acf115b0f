using Mettle.Challenges.Computation;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Tests;

public sealed class TrainingCostTreatmentTests
{
    private const string Images =
        """
        name: images
        data: {source: digits, validation: 0.15}
        model: {cnn: {widths: [8, 16]}}
        train: {epochs: 10, batch: 64, optimizer: {adamw: {rate: 0.01}}, schedule: cosine}
        """;

    [Theory]
    [InlineData("super-convergence", 0.45, 0.55)]
    [InlineData("progressive-resizing", 0.7, 0.85)]
    [InlineData("selective-backprop", 0.6, 0.8)]
    public void Apply_TreatmentOfWork_SavesCountedOperations(string name, double low, double high)
    {
        var treatment = House.Catalogue.Treatment(name);
        Assert.Equal(TreatmentAim.Work, treatment.Aim);
        Assert.InRange(Cost(treatment).Flops / (double)Cost(null).Flops, low, high);
    }

    [Theory]
    [InlineData("gradient-accumulation", 0.65)]
    [InlineData("activation-checkpointing", 0.85)]
    public void Apply_TreatmentOfMemory_LowersThePeak(string name, double most)
    {
        // Larger than the batches of an evaluation, which else are the peak.
        var recipe = House.Recipe(Images).WithYaml("model", "{mlp: {depth: 16, width: 64}}").With("train.batch", 1000).With("data.validation", 0.05);
        var treatment = House.Catalogue.Treatment(name);
        Assert.Equal(TreatmentAim.Memory, treatment.Aim);
        long before = TrainingCost.Count(Training(recipe)).PeakBytes, after = TrainingCost.Count(Training(treatment.Apply(recipe, out _)!)).PeakBytes;
        Assert.InRange(after / (double)before, 0.05, most);
    }

    [Fact]
    public void Apply_Bf16Storage_HalvesWhatTheOptimiserKeeps()
    {
        var recipe = House.Recipe(Images);
        var changed = new Bf16Storage().Apply(recipe, out _)!;
        Assert.Equal(Training(recipe).Optimizer.ExpectedStateBytes, 2 * Training(changed).Optimizer.ExpectedStateBytes);
    }

    [Fact]
    public void Apply_CheckpointedCnn_TrainsToTheSameWeights()
    {
        var recipe = House.Recipe(Images).With("train.epochs", 1).With("model.cnn.dropout", 0.1);
        string Weights(Recipe r) => Experiment.Prepare(r, new DataCache()).Train(new TrainOptions()).WeightsSha256();
        Assert.Equal(Weights(recipe), Weights(new ActivationCheckpointing().Apply(recipe, out _)!));
    }

    [Theory]
    [InlineData("train.resize.from", 0.5, "{mlp: {hidden: [8]}}", "needs a model that takes images of any size")]
    [InlineData("train.checkpoint-activations", true, "{rnn: {hidden: 8}}", "")]
    [InlineData("train.accumulate", 65, "{mlp: {hidden: [8]}}", "more parts than it has rows")]
    public void Training_SettingThatCannotBeHonoured_IsRefusedWithItsPlace(string path, object value, string model, string message)
    {
        var recipe = House.Recipe(Images).WithYaml("model", model).With(path, value);
        Assert.Contains(message, Assert.Throws<RecipeException>(() => Training(recipe)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Estimate_OfARecipe_CountsTrialsAndOrdersItsBounds()
    {
        var experiment = Experiment.Prepare(House.Recipe().With("train.epochs", 3), new DataCache());
        var estimate = RunEstimate.Of(experiment, TimeSpan.FromMilliseconds(20), price: 3600);
        Assert.True(estimate.Training.Low < estimate.Training.Seconds && estimate.Training.Seconds < estimate.Training.High);
        Assert.Equal(estimate.Training.Seconds, estimate.Training.Money, 1e-9);
        Assert.True(estimate.RunAtMost.Flops > 10 * estimate.RunAtLeast.Flops);
        Assert.Equal(0, RunEstimate.Of(experiment, TimeSpan.FromMilliseconds(5), trains: true).MostRetrainings);
        Assert.Contains("training takes", estimate.Line, StringComparison.Ordinal);
    }

    [Fact]
    public void Estimate_OfWork_IsWhatATrainingTakes()
    {
        var experiment = Experiment.Prepare(House.Recipe(Images).With("train.epochs", 2).With("train.resize.from", 0.5).With("train.resize.until", 0.5), new DataCache());
        var estimate = RunEstimate.Of(experiment, TimeSpan.FromMilliseconds(5), trains: true);
        using var meter = CostMeter.Begin();
        experiment.Train(new TrainOptions());
        Assert.InRange(meter.Total.Flops / estimate.Training.Flops, 0.97, 1.03);
    }

    private static TrainingCost Cost(Treatment? treatment)
    {
        var recipe = House.Recipe(Images);
        return TrainingCost.Count(Training(treatment?.Apply(recipe, out _) ?? recipe));
    }

    private static TrainingPlan Training(Recipe recipe) => Experiment.Prepare(recipe, new DataCache()).Training();
}

using Mettle.Challenges.Model;
using Mettle.Runs;

namespace Mettle.Challenges.Tests.Gradients;

public sealed class GradientTreatmentTests
{
    [Theory]
    [InlineData("gated-rnn", "tanh", "cell: gru")]
    [InlineData("chrono-init", "gru", "chrono: true")]
    [InlineData("chrono-init", "tanh", null)]
    [InlineData("gated-rnn", "lstm", null)]
    [InlineData("xavier-init", "tanh", "xavier-uniform")]
    [InlineData("he-init", "tanh", null)]
    [InlineData("lsuv-init", "gru", null)]
    [InlineData("fixup-init", "gru", null)]
    [InlineData("orthogonal-init", "gru", "orthogonal")]
    [InlineData("recurrent-init", "lstm", "init: recurrent")]
    [InlineData("recurrent-init", "tanh", "init: recurrent")]
    [InlineData("leaky-relu", "lstm", null)]
    public void Apply_ToRecurrentRecipe_ChangesWhatFits(string treatment, string cell, string? expected)
    {
        var recipe = House.Recipe($"name: t\ndata: {{source: {{adding-problem: {{length: 12, rows: 60}}}}}}\nmodel: {{rnn: {{cell: {cell}, hidden: 4}}}}\ntrain: {{epochs: 1}}\n");
        var changed = House.Catalogue.Treatment(treatment).Apply(recipe, out string reason);
        if (expected is null)
        {
            Assert.Null(changed);
            Assert.NotEmpty(reason);
            return;
        }

        Assert.Contains(Recipe.Diff(recipe, changed!), l => l.StartsWith('+') && l.Contains(expected, StringComparison.Ordinal));
        using var scope = MemoryScope.Begin();
        Assert.True(double.IsFinite(Experiment.Prepare(changed!, new DataCache()).Train(new TrainOptions()).Train.Metric));
    }

    [Theory]
    [InlineData("{mlp: {hidden: [32, 16]}}", "fixup-init")]
    [InlineData("{mlp: {hidden: [32, 16]}}", "residual-connections")]
    [InlineData("{cnn: {widths: [4]}}", "normalisation")]
    [InlineData("{mlp: {depth: 4, norm: layer}}", "fixup-init")]
    [InlineData("{mlp: {depth: 4}}", "recurrent-init")]
    [InlineData("{mlp: {depth: 4, activation: tanh}}", "leaky-relu")]
    [InlineData("{mlp: {depth: 4, activation: silu}}", "gelu")]
    [InlineData("{mlp: {hidden: [64, 32]}}", "mup")]
    [InlineData("{mlp: {hidden: []}}", "mup")]
    [InlineData("{tabular: {hidden: [128]}}", "mup")]
    [InlineData("{onnx: {path: model.onnx}}", "mup")]
    public void Apply_WhereItCannotWork_SaysWhy(string model, string treatment)
    {
        Assert.Null(House.Catalogue.Treatment(treatment).Apply(House.Recipe($"name: t\ndata: {{source: digits}}\nmodel: {model}\n"), out string reason));
        Assert.NotEmpty(reason);
    }

    [Theory]
    [InlineData("{mlp: {hidden: [100, 65]}}", 64)]
    [InlineData("{mlp: {depth: 3, width: 256}}", 64)]
    [InlineData("{cnn: {widths: [32, 128]}}", 64)]
    [InlineData("{tabular: {hidden: [256, 64]}}", 128)]
    [InlineData("{rnn: {hidden: 96}}", 64)]
    [InlineData("{text-cnn: {filters: 96}}", 64)]
    public void Mup_WiderThanTheModelsDefault_StartsFromThatWidth(string model, int width)
    {
        var changed = new Mup().Apply(House.Recipe($"name: t\ndata: {{source: digits}}\nmodel: {model}\n"), out _)!;
        Assert.Equal(width, changed["train.mup"].Int());
        Assert.Null(new Mup().Apply(changed, out string reason));
        Assert.Equal("muP is in use", reason);
    }

    [Fact]
    public void Normalisation_DeepNetwork_NormalisesRowsRatherThanBatches()
    {
        var deep = House.Recipe("name: t\ndata: {source: digits}\nmodel: {mlp: {depth: 100}}\n");
        Assert.Equal("layer", new Normalisation().Apply(deep, out _)!["model.mlp.norm"].Text());
        Assert.Equal("batch", new Normalisation().Apply(deep.With("model.mlp.depth", 4), out _)!["model.mlp.norm"].Text());
    }
}

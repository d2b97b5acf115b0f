using Mettle.Runs;

namespace Mettle.Challenges.Tests.Fitting;

public sealed class UnderfittingTreatmentTests
{
    [Theory]
    [InlineData("wider", "mlp: {hidden: [8, 4]}", "model.mlp.hidden", "256, 128")]
    [InlineData("wider", "mlp: {depth: 3, width: 16}", "model.mlp.width", "256")]
    [InlineData("wider", "cnn: {widths: [8, 16]}", "model.cnn.widths", "64, 128")]
    [InlineData("wider", "rnn: {hidden: 8}", "model.rnn.hidden", "128")]
    [InlineData("wider", "text-cnn: {filters: 16}", "model.text-cnn.filters", "128")]
    [InlineData("wider", "tabular: {hidden: [32]}", "model.tabular.hidden", "256")]
    [InlineData("deeper", "mlp: {hidden: [8]}", "model.mlp.hidden", "8, 8, 8")]
    [InlineData("deeper", "mlp: {depth: 1, width: 8}", "model.mlp.depth", "3")]
    [InlineData("deeper", "rnn: {hidden: 8}", "model.rnn.layers", "2")]
    [InlineData("deeper", "cnn: {widths: [8, 16]}", "model.cnn.widths", "8, 16, 16")]
    [InlineData("deeper", "tabular: {hidden: [8]}", "model.tabular.hidden", "8, 8, 8")]
    public void Apply_ToEachModel_ChangesItsSize(string name, string model, string path, string expected)
    {
        var treatment = House.Catalogue.Treatment(name);
        var changed = treatment.Apply(Of(model, "{}"), out _)!;
        var value = changed[path];
        Assert.Equal(expected, expected.Contains(',', StringComparison.Ordinal) || path.EndsWith("hidden", StringComparison.Ordinal) && !path.Contains("rnn", StringComparison.Ordinal) || path.EndsWith("widths", StringComparison.Ordinal) ? string.Join(", ", value.Ints()) : $"{value.Int()}");
        Assert.Null(treatment.Apply(changed, out string reason));
        Assert.NotEmpty(reason);
    }

    [Theory]
    [InlineData("less-dropout", "mlp: {hidden: [8], dropout: 0.5}", "{}", "model.mlp.dropout")]
    [InlineData("less-weight-decay", "mlp: {hidden: [8]}", "{optimizer: {sgd: {weight-decay: 0.01}}}", "train.optimizer.sgd.weight-decay")]
    [InlineData("less-mixing", "mlp: {hidden: [8]}", "{mixup: 1}", "train.mixup")]
    [InlineData("less-mixing", "cnn: {widths: [8]}", "{cutmix: 1}", "train.cutmix")]
    [InlineData("less-label-smoothing", "mlp: {hidden: [8]}", "{loss: {cross-entropy: {label-smoothing: 0.3}}}", "train.loss.cross-entropy.label-smoothing")]
    public void Apply_OfOneRegularizer_TakesItOut(string name, string model, string train, string path)
    {
        var recipe = Of(model, train);
        var changed = House.Catalogue.Treatment(name).Apply(recipe, out _)!;
        Assert.True(recipe[path].Double() > 0);
        Assert.Equal(0, changed[path].Double());
        Assert.Null(House.Catalogue.Treatment(name).Apply(changed, out _));
    }

    [Fact]
    public void LessRegularization_SeveralInUse_TakesOutAllAndLeavesTheRest()
    {
        var recipe = Of("mlp: {hidden: [8], dropout: 0.5}", "{mixup: 1, epochs: 7}").WithYaml("data.augment", "[crop]");
        var changed = House.Catalogue.Treatment("less-regularization").Apply(recipe, out _)!;
        Assert.Equal(Of("mlp: {hidden: [8], dropout: 0}", "{epochs: 7}").Hash, changed.Hash);
        Assert.Null(House.Catalogue.Treatment("less-regularization").Apply(changed, out _));
    }

    [Fact]
    public void LessWeightDecay_UsualOneOfAdamW_IsNotFeltAndStays()
        => Assert.Null(House.Catalogue.Treatment("less-weight-decay").Apply(Of("mlp: {hidden: [8]}", "{optimizer: adamw}"), out _));

    [Fact]
    public void HigherRate_FarBelowTheUsual_IsRaisedToIt()
    {
        var treatment = House.Catalogue.Treatment("higher-rate");
        Assert.Equal(0.001, treatment.Apply(Of("mlp: {hidden: [8]}", "{optimizer: {adam: {rate: 0.00001}}}"), out _)!["train.optimizer.adam.rate"].Double());
        Assert.Null(treatment.Apply(Of("mlp: {hidden: [8]}", "{optimizer: {sgd: {rate: 0.05}}}"), out _));
        Assert.Null(treatment.Apply(Of("mlp: {hidden: [8]}", "{rate-search: true, optimizer: {sgd: {rate: 0.0001}}}"), out _));
    }

    [Fact]
    public void LongerTraining_WithSteps_StretchesThem()
    {
        var changed = House.Catalogue.Treatment("longer-training").Apply(Of("mlp: {hidden: [8]}", "{epochs: 20, schedule: {step: {epochs: 8}}}"), out _)!;
        Assert.Equal(80, changed["train.epochs"].Int());
        Assert.Equal(32, changed["train.schedule.step.epochs"].Int());
    }

    [Fact]
    public void LongerTraining_WithPatience_StretchesIt()
    {
        var changed = House.Catalogue.Treatment("longer-training").Apply(Of("mlp: {hidden: [8]}", "{epochs: 20, schedule: {plateau: {patience: 3}}, early-stopping: {patience: 5}}"), out _)!;
        Assert.Equal(12, changed["train.schedule.plateau.patience"].Int());
        Assert.Equal(20, changed["train.early-stopping.patience"].Int());
        Assert.DoesNotContain(House.Catalogue.ConflictsIn(changed), c => c.StartsWith("longer-training", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("data: {source: digits}", true)]
    [InlineData("data: {source: {adding-problem: {length: 9}}}", false)]
    public void AugmentationAndCutMix_OnlyForImages(string data, bool images)
    {
        var recipe = House.Recipe($"name: t\n{data}\nmodel: {{mlp: {{hidden: [8]}}}}\n");
        Assert.Equal(images, House.Catalogue.Treatment("augmentation").Apply(recipe, out _) is not null);
        Assert.Equal(images, House.Catalogue.Treatment("cutmix").Apply(recipe, out _) is not null);
    }

    private static Recipe Of(string model, string train) => House.Recipe($"name: t\ndata: {{source: digits}}\nmodel: {{{model}}}\ntrain: {train}\n");
}

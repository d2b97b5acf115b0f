using Mettle.Challenges.Model;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Tests.Gradients;

/// <summary>Each check on networks made with and without the problem.</summary>
public sealed class GradientCheckTests : IDisposable
{
    private const string Deep = "{mlp: {depth: 100, width: 64}}";
    private static readonly ChallengeId Id = new("gradients");
    private readonly MemoryScope scope = MemoryScope.Begin();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void GradientFlow_HundredPlainLayers_VanishesAndNamesTheLayers()
    {
        var found = Assert.Single(new GradientFlow().Run(Digits(Deep), Id).Findings, f => f.Title.StartsWith("Before", StringComparison.Ordinal));
        Assert.Equal(Severity.Problem, found.Severity);
        Assert.Contains("vanishes", found.Title, StringComparison.Ordinal);
        Assert.True(found.Measured.Interval!.Low > 3 && found.PValue < 0.001);
        Assert.Equal("fixup-init", found.Remedies[0]);
        var chart = Assert.IsType<BarChart>(Assert.Single(found.Evidence));
        Assert.Equal(101, chart.Labels.Count);
        Assert.Contains("hidden.42.0", chart.Labels);
        Assert.True(chart.LogY);
    }

    [Theory]
    [InlineData("{mlp: {depth: 8, width: 64}}", "he-normal")]
    [InlineData("{mlp: {depth: 100, width: 64, residual: true}}", "fixup")]
    public void GradientFlow_WellBegunNetwork_IsFine(string model, string init)
        => Assert.All(new GradientFlow().Run(Digits(model, epochs: 4, init), Id).Findings, f => Assert.Equal(Severity.Fine, f.Severity));

    [Fact]
    public void GradientFlow_TwoLayers_SaysThatATrendNeedsMore()
        => Assert.Contains("needs 5", new GradientFlow().Run(Digits("{mlp: {hidden: [16]}}"), Id).SkipReason, StringComparison.Ordinal);

    [Fact]
    public void ActivationScale_HundredPlainLayers_SignalFades()
    {
        var found = new ActivationScale().Run(Digits(Deep), Id).Findings;
        Assert.All(found, f => Assert.Equal(Severity.Problem, f.Severity));
        Assert.Contains("fades", found[0].Title, StringComparison.Ordinal);
        Assert.Contains("From layer 'hidden.", found[0].Explanation, StringComparison.Ordinal);
        Assert.True(found[0].PValue < 0.001);
    }

    [Fact]
    public void ActivationScale_LsuvNetwork_IsFineBeforeTraining()
        => Assert.Equal(Severity.Fine, new ActivationScale().Run(Digits("{mlp: {depth: 30, width: 64}}", init: "lsuv"), Id).Findings[0].Severity);

    [Fact]
    public void Trains_HundredPlainLayers_DoesNotAndSmallNetworkDoes()
    {
        var deep = Assert.Single(new Trains().Run(Digits(Deep, epochs: 4), Id).Findings);
        Assert.Equal(Severity.Problem, deep.Severity);
        Assert.True(deep.PValue < 0.001);
        var small = Assert.Single(new Trains().Run(Digits("{mlp: {hidden: [32]}}", epochs: 4), Id).Findings);
        Assert.Equal(Severity.Fine, small.Severity);
        Assert.True(small.PValue > 0.9);
    }

    [Fact]
    public void DeadUnits_LargeNegativeBias_CountsThem()
    {
        var subject = Digits("{mlp: {hidden: [64, 64]}}");
        Assert.All(new DeadUnits().Run(subject, Id).Findings, f => Assert.Equal(Severity.Fine, f.Severity));
        var bias = subject.Model.Module.NamedParameters().Single(p => p.Name == "hidden.1.0.bias").Parameter;
        bias.Value = Tensor.Full([64], -100.0);
        var found = Assert.Single(new DeadUnits().Run(Anew(subject), Id).Findings, f => f.Severity == Severity.Problem);
        Assert.Equal("layer hidden.1.1 (relu)", found.Place?.ToString());
        Assert.Equal(["rate-range-test", "gradient-clipping"], found.Remedies.Take(2));
        Assert.InRange(found.Measured.Value, 0.5, 0.7);
        Assert.Contains("'hidden.1.1': 64 of 64", found.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void DeadUnits_TanhNetwork_SaysThatThereAreNone()
        => Assert.NotNull(new DeadUnits().Run(Digits("{mlp: {hidden: [8], activation: tanh}}"), Id).SkipReason);

    [Fact]
    public void Saturation_WeightsTimesThousand_CountsThem()
    {
        var subject = Digits("{mlp: {hidden: [64, 64], activation: tanh}}");
        Assert.All(new Saturation().Run(subject, Id).Findings, f => Assert.Equal(Severity.Fine, f.Severity));
        Scale(subject, "hidden.0.0.weight", 1000);
        var found = Assert.Single(new Saturation().Run(Anew(subject), Id).Findings, f => f.Severity == Severity.Problem);
        Assert.Contains("hidden.0.1", found.Title, StringComparison.Ordinal);
        Assert.Contains("xavier-init", found.Remedies);
    }

    [Fact]
    public void NonFinite_OverflowingLayer_NamesOpLineAndLayer()
    {
        var subject = Digits("{mlp: {hidden: [64, 64]}}");
        Assert.Equal(Severity.Fine, Assert.Single(new NonFinite().Run(subject, Id).Findings).Severity);
        subject.Model.Module.NamedParameters().Single(p => p.Name == "hidden.1.0.weight").Parameter.Value = Tensor.Full([64, 64], 3e38);
        var found = Assert.Single(new NonFinite().Run(Anew(subject), Id).Findings);
        Assert.Equal(("hidden.1.0 (Linear)", "affine"), (found.Place?.Layer, found.Place?.Op));
        Assert.Equal(Severity.Problem, found.Severity);
        Assert.Null(found.PValue);
        Assert.Contains("'hidden.1.0' (Linear)", found.Title, StringComparison.Ordinal);
        Assert.Contains("affine", found.Title, StringComparison.Ordinal);
        Assert.Contains("Linear.cs:", found.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void NonFinite_DivergedTraining_NamesEpochAndCause()
    {
        var recipe = House.Recipe().With("train.epochs", 3).With("train.optimizer.sgd.rate", 1e20).With("train.recovery.retries", 0);
        var found = Assert.Single(new NonFinite().Run(Examined(recipe), Id).Findings);
        Assert.Equal(Severity.Problem, found.Severity);
        Assert.Contains("training, epoch 1", found.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void ThroughTime_TanhCellOverHundredSteps_VanishesAndChronoKeepsIt()
    {
        var plain = new ThroughTime().Run(Adding("{cell: tanh, hidden: 32}"), Id).Findings;
        Assert.Equal(2, plain.Count);
        Assert.All(plain, f => Assert.Equal(Severity.Problem, f.Severity));
        Assert.Contains("gated-rnn", plain[0].Remedies);
        var gated = new ThroughTime().Run(Adding("{cell: lstm, hidden: 32, chrono: true}"), Id).Findings;
        Assert.Equal(Severity.Fine, gated[0].Severity);
    }

    [Fact]
    public void ThroughTime_Images_SaysThatThereAreNoSteps()
        => Assert.Contains("no time steps", new ThroughTime().Run(Digits("{mlp: {hidden: [8]}}"), Id).SkipReason, StringComparison.Ordinal);

    [Fact]
    public void Examination_HealthyNetwork_FindsNoProblemWithGradients()
    {
        var catalogue = new Catalogue(House.Catalogue.Find("gradients")!);
        var examination = Examination.Run(catalogue, Examined(House.Recipe().With("train.epochs", 10)), SilentProgress.Instance, TestContext.Current.CancellationToken);
        Assert.Empty(examination.Problems);
        Assert.Equal(4, examination.Findings.Count);
    }

    [Theory]
    [InlineData("{mlp: {depth: 6, width: 32}}", "{normal: {deviation: 0.1, bias: -1}}", "dead-units", "he-init", "hidden.1.1 (relu)")]
    [InlineData("{mlp: {depth: 8, width: 32}}", "{normal: {deviation: 3}}", "activation-scale", "he-init", "hidden.4.0 (Linear)")]
    [InlineData("{mlp: {depth: 40, width: 32}}", "{normal: {deviation: 0.02}}", "gradient-flow", "fixup-init", null)]
    public void Remedies_NetworkIllBeforeItsFirstStep_PutAnotherStartFirst(string model, string init, string check, string first, string? layer)
    {
        var subject = Examined(House.Recipe($"name: t\ndata: {{source: digits, limit: 300}}\nmodel: {model}\ninit: {init}\ntrain: {{epochs: 1}}\n"));
        var found = Catalogued(check).Run(subject, Id).Findings[0];
        Assert.Equal(Severity.Problem, found.Severity);
        Assert.Equal(first, found.Remedies[0]);
        Assert.Equal(layer ?? found.Place?.Layer, found.Place?.Layer);
        Assert.NotNull(found.Place?.Layer);
    }

    [Fact]
    public void ThroughTime_LargeRecurrentWeights_ExplodesAndNamesLayerAndTimeStep()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "..", "samples", "faults", "digits.npz");
        var subject = Examined(House.Recipe($"name: t\ndata: {{source: {{npz: {{path: {path}, inputs: strokes}}}}, limit: 200}}\nmodel: {{rnn: {{cell: lstm, hidden: 48}}}}\ninit: {{normal: {{deviation: 2}}}}\ntrain: {{epochs: 1}}\n"));
        var found = new ThroughTime().Run(subject, Id).Findings[0];
        Assert.Equal(Severity.Problem, found.Severity);
        Assert.Contains("explodes on its way back through time", found.Title, StringComparison.Ordinal);
        Assert.Equal("recurrent-init", found.Remedies[0]);
        Assert.Equal("rnn (Lstm)", found.Place?.Layer);
        Assert.InRange(found.Place!.TimeStep!.Value, 2, 31);
    }

    [Fact]
    public void NonFinite_RowLeftOut_IsNoticedWithFileAndRow()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "..", "samples", "faults", "digits-with-nan.npz");
        var found = new NonFinite().Run(Examined(House.Recipe($"name: t\ndata: {{source: {{npz: {{path: {path}}}}}, limit: 200}}\nmodel: {{mlp: {{hidden: [8]}}}}\ntrain: {{epochs: 1}}\n")), Id).Findings;
        Assert.Equal(2, found.Count);
        Assert.Equal(Severity.Fine, found[0].Severity);
        Assert.Equal((Severity.Notice, "digits-with-nan.npz, row 118"), (found[1].Severity, found[1].Place?.Line));
        Assert.Contains("x[117, 3, 4] is NaN", found[1].Title, StringComparison.Ordinal);
    }

    [Fact]
    public void Examination_OfGradients_LooksAtTheNetworksOnceWithinItsBudget()
    {
        var catalogue = new Catalogue(House.Catalogue.Find("gradients")!);
        var subject = Examined(House.Recipe().With("train.epochs", 10));
        var examination = Examination.Run(catalogue, subject, SilentProgress.Instance, TestContext.Current.CancellationToken);
        double spent = examination.Overhead.Checks.Sum(c => c.RowPasses);
        Assert.True(spent > 0 && spent <= Math.Max(2 * CheckBudget.FewestRows, CheckBudget.Share * subject.TrainingRowPasses), $"{spent} row-passes");
        Assert.Single(examination.Overhead.Checks, c => c.RowPasses > 0);
    }

    private static Check Catalogued(string check) => House.Catalogue.Find("gradients")!.Checks.Single(c => c.Name == check);

    // What was measured is kept with a subject; the model has changed since.
    private static Subject Anew(Subject subject) => new(subject.Experiment, subject.Model, subject.Key);

    private static Subject Digits(string model, int epochs = 1, string? init = null)
    {
        var recipe = House.Recipe($"name: t\ndata: {{source: digits}}\nmodel: {model}\ntrain: {{epochs: {epochs}, optimizer: {{adam: {{rate: 0.001}}}}}}\n");
        return Examined(init is null ? recipe.With("data.limit", 700) : recipe.With("data.limit", 700).WithWord($"init.{init}"));
    }

    private static Subject Adding(string cell)
        => Examined(House.Recipe($"name: t\ndata: {{source: {{adding-problem: {{length: 100, rows: 200}}}}}}\nmodel: {{rnn: {cell}}}\ntrain: {{epochs: 1}}\n"));

    private static Subject Examined(Recipe recipe)
    {
        var experiment = Experiment.Prepare(recipe, new DataCache());
        return new Subject(experiment, experiment.Train(new TrainOptions()), RandomKey.FromSeed(1));
    }

    private static void Scale(Subject subject, string parameter, double factor)
    {
        using var quiet = Autograd.NoGrad();
        var p = subject.Model.Module.NamedParameters().Single(n => n.Name == parameter).Parameter;
        p.Value = p.Value.Detach() * factor;
    }
}

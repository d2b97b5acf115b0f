using Mettle.Challenges.Optimisation;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Tests.BatchNorm;

public sealed class BatchNormTests
{
    private const string Cnn =
        """
        name: batch-norm
        data: {source: digits, limit: 700}
        model: {cnn: {widths: [8, 16, 32, 32]}}
        train:
          epochs: 2
          batch: 2
          optimizer: {adamw: {rate: 0.0005}}
        """;

    [Fact]
    public void SmallBatch_OfTwoRows_IsAProblemWithItsLayer()
    {
        var finding = Assert.Single(Look(new SmallBatch(), Cnn).Findings);
        Assert.Equal(Severity.Problem, finding.Severity);
        Assert.True(finding.PValue < 0.001, $"p = {finding.PValue}");
        Assert.Contains("Batches of 2 rows are too small for batch norm: in 'blocks.3.", finding.Title, StringComparison.Ordinal);
        Assert.InRange(finding.Measured.Value, 0.4, 0.8);
        Assert.InRange(finding.Measured.Value, finding.Measured.Interval!.Low, finding.Measured.Interval.High);
        Assert.Equal("2 (in training)", Assert.IsType<TableEvidence>(finding.Evidence[1]).Rows[0][0]);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(512)]
    public void SmallBatch_OfMoreRows_IsFine(int batch)
    {
        var finding = Assert.Single(Look(new SmallBatch(), Cnn.Replace("batch: 2", $"batch: {batch}", StringComparison.Ordinal)).Findings);
        Assert.Equal(Severity.Fine, finding.Severity);
        Assert.Empty(finding.Remedies);
        Assert.InRange(finding.Measured.Value, 0, 4.0 / batch);
    }

    [Fact]
    public void Examination_OfAShortTraining_FindsTheSmallBatchesWithinItsBudget()
    {
        var subject = Train(Cnn.Replace("limit: 700", "limit: 1200", StringComparison.Ordinal).Replace("epochs: 2", "epochs: 6", StringComparison.Ordinal));
        var examination = Examination.Run(House.Catalogue, subject, SilentProgress.Instance, TestContext.Current.CancellationToken);
        var finding = Assert.Single(examination.Problems, f => f.Check == "small-batch");
        Assert.StartsWith("blocks.3.", finding.Place?.Layer, StringComparison.Ordinal);
        Assert.InRange(examination.Overhead.Checks.Where(c => c.Challenge.Value == "batch-norm").Sum(c => c.RowPasses), 1, 0.03 * subject.TrainingRowPasses);
    }

    [Theory]
    [InlineData("{cnn: {norm: group}}")]
    [InlineData("{cnn: {norm: none, weight-standardization: true}}")]
    [InlineData("{mlp: {norm: layer}}")]
    public void Checks_WithoutBatchNorm_SaySo(string model)
    {
        string yaml = Cnn.Replace("{cnn: {widths: [8, 16, 32, 32]}}", model, StringComparison.Ordinal).Replace("limit: 700", "limit: 100", StringComparison.Ordinal);
        Assert.All(new BatchNormalisation().Checks, c => Assert.Contains("no batch norm", Look(c, yaml).SkipReason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{mlp: {norm: batch, dropout: 0.3}}", 3)]
    [InlineData("{mlp: {norm: batch-renorm}}", 2)]
    [InlineData("{mlp: {norm: ghost}}", 64)]
    [InlineData("{cnn: {widths: [4]}}", 1)]
    public void Checks_OfEveryKind_LeaveTheModelAsItIs(string model, int batch)
    {
        string yaml = Cnn.Replace("{cnn: {widths: [8, 16, 32, 32]}}", model, StringComparison.Ordinal)
            .Replace("limit: 700", "limit: 196", StringComparison.Ordinal).Replace("batch: 2", $"batch: {batch}", StringComparison.Ordinal);
        var subject = Train(yaml);
        string before = subject.Model.WeightsSha256();
        foreach (var check in new BatchNormalisation().Checks)
        {
            using var scope = MemoryScope.Begin();
            Assert.All(check.Run(subject, new("batch-norm")).Findings, f => Assert.True(double.IsFinite(f.Measured.Value)));
        }

        Assert.Equal(before, subject.Model.WeightsSha256());
    }

    [Fact]
    public void StatisticsMismatch_ShiftedRunningMean_IsAProblemInThatLayerAndRecalibrationMendsIt()
    {
        var subject = Train(Cnn.Replace("batch: 2", "batch: 32", StringComparison.Ordinal).Replace("epochs: 2", "epochs: 6", StringComparison.Ordinal));
        var layers = NormRows.Layers(subject.Model.Module);
        Assert.Equal(Severity.Fine, Assert.Single(Look(new StatisticsMismatch(), subject).Findings).Severity);
        layers[3].Running = new ChannelStatistics([.. layers[3].Running.Mean.Select(m => m + 1)], layers[3].Running.Variance);
        var finding = Assert.Single(Look(new StatisticsMismatch(), subject).Findings);
        Assert.Equal(Severity.Problem, finding.Severity);
        Assert.Contains(layers[3].Path, finding.Title, StringComparison.Ordinal);
        Assert.Equal("recalibrate-statistics", finding.Remedies[0]);

        RunningStatistics.Recalibrate(subject.Model.Module, subject.Experiment.Data.Encoded.Train.Rows, 512, 256, RandomKey.FromSeed(1));
        Assert.Equal(Severity.Fine, Assert.Single(Look(new StatisticsMismatch(), subject).Findings).Severity);
    }

    [Fact]
    public void StatisticsUpdates_FewLargeBatches_AreTooFew()
    {
        string few = Cnn.Replace("batch: 2", "batch: 200", StringComparison.Ordinal);
        var finding = Assert.Single(Look(new StatisticsUpdates(), few).Findings);
        Assert.Equal(Severity.Problem, finding.Severity);
        Assert.Equal(Math.Pow(0.9, 8), finding.Measured.Value, 1e-12);
        Assert.Contains("8 batches were too few", finding.Title, StringComparison.Ordinal);
        Assert.Equal(Severity.Fine, Assert.Single(Look(new StatisticsUpdates(), Cnn).Findings).Severity);
    }

    [Fact]
    public void Recalibration_FewLargeBatches_BringsTheAccuracyBack()
    {
        var recipe = House.Recipe(Cnn.Replace("batch: 2", "batch: 200", StringComparison.Ordinal).Replace("0.0005", "0.01", StringComparison.Ordinal));
        var treated = new Recalibration().Apply(recipe, out _)!;
        Assert.True(Accuracy(treated) > Accuracy(recipe) + 0.3, $"{Accuracy(recipe)} to {Accuracy(treated)}");

        static double Accuracy(Recipe r)
        {
            var experiment = Experiment.Prepare(r, new DataCache());
            return experiment.Test(experiment.Train(new TrainOptions())).Accuracy;
        }
    }

    [Theory]
    [InlineData("group-norm", "batch: 2", "norm: group")]
    [InlineData("layer-norm", "batch: 2", "norm: layer")]
    [InlineData("batch-renorm", "batch: 2", "norm: batch-renorm")]
    [InlineData("ghost-batch-norm", "batch: 128", "norm: ghost")]
    [InlineData("recalibrate-statistics", "batch: 2", "recalibrate: 2048")]
    [InlineData("weight-standardisation", "batch: 2", "weight-standardization: true")]
    public void Apply_ToACnn_TrainsAndIsNotAppliedTwice(string name, string batch, string change)
    {
        var recipe = House.Recipe(Cnn.Replace("batch: 2", batch, StringComparison.Ordinal).Replace("limit: 700", "limit: 300", StringComparison.Ordinal).Replace("epochs: 2", "epochs: 1", StringComparison.Ordinal));
        var treatment = House.Catalogue.Treatment(name);
        var treated = treatment.Apply(recipe, out _)!;
        Assert.Contains(change, treated.ToYaml(), StringComparison.Ordinal);
        Assert.Null(treatment.Apply(treated, out string reason));
        Assert.NotEmpty(reason);
        Assert.True(double.IsFinite(Experiment.Prepare(treated, new DataCache()).Train(new TrainOptions()).Validation!.Losses().Sum()));
    }

    [Theory]
    [InlineData("ghost-batch-norm", "{cnn: {}}", "noise enough")]
    [InlineData("group-norm", "{mlp: {}}", "no batch norm to replace")]
    [InlineData("group-norm", "{rnn: {}}", "no setting for its norm")]
    [InlineData("weight-standardisation", "{mlp: {norm: batch}}", "no filters")]
    [InlineData("recalibrate-statistics", "{cnn: {norm: layer}}", "no batch norm")]
    public void Apply_WhereItCannot_SaysWhy(string name, string model, string why)
    {
        var recipe = House.Recipe(Cnn.Replace("{cnn: {widths: [8, 16, 32, 32]}}", model, StringComparison.Ordinal));
        Assert.Null(House.Catalogue.Treatment(name).Apply(recipe, out string reason));
        Assert.Contains(why, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_ALastBatchOfOneRow_IsLeftOut()
    {
        var recipe = House.Recipe(Cnn.Replace("limit: 700", "limit: 101", StringComparison.Ordinal).Replace("batch: 2", "batch: 4", StringComparison.Ordinal));
        var experiment = Experiment.Prepare(recipe, new DataCache());
        Assert.Equal(1, experiment.Data.Encoded.Train.Count % 4);
        var model = experiment.Train(new TrainOptions());
        Assert.Equal(2 * (experiment.Data.Encoded.Train.Count / 4), model.Result.Steps);
        Assert.Equal(experiment.TotalSteps, model.Result.Steps);
    }

    [Fact]
    public void Proof_ShortForm_PassesInBothParts()
    {
        using var folder = new TemporaryFolder();
        var challenge = House.Catalogue.Find("batch-norm")!;
        var result = challenge.Proof.Run(challenge.Id, House.Context(folder.Path, seeds: 3));
        Assert.True(result.Passed, string.Join('\n', result.Parts));
        Assert.InRange(result.Baseline, 0.1, 0.6);
    }

    [Fact]
    public void Proof_TreatmentThatDoesNotHelp_Fails()
    {
        using var folder = new TemporaryFolder();
        var broken = new SmallBatchProof(r => new Recalibration().Apply(r, out _)!);
        var result = broken.Run(new ChallengeId("batch-norm"), House.Context(folder.Path, seeds: 3));
        Assert.False(result.Passed, result.Line);
        Assert.All(result.Parts, p => Assert.False(p.Passed, p.ToString()));
    }

    private static CheckResult Look(Check check, string yaml) => Look(check, Train(yaml));

    private static CheckResult Look(Check check, Subject subject)
    {
        using var scope = MemoryScope.Begin();
        return check.Run(subject, new("batch-norm"));
    }

    private static Subject Train(string yaml)
    {
        var experiment = Experiment.Prepare(House.Recipe(yaml), new DataCache());
        return new Subject(experiment, experiment.Train(new TrainOptions()), RandomKey.FromSeed(1));
    }
}

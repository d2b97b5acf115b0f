namespace Mettle.Nn.Tests;

[Collection(nameof(Alone))]
public sealed class TrainerTests
{
    [Fact]
    public void Run_OnSeparableClusters_Learns()
    {
        var plan = TrainingRun.Plan() with { Epochs = 15, Mixup = 0 };
        var result = new Trainer(plan).Run();
        Assert.Equal(15, result.History.Count);
        Assert.Equal(90, result.Steps);
        Assert.Equal(plan.TotalSteps, result.Steps);
        Assert.False(result.Stopped || result.Interrupted);
        Assert.True(result.History[^1].TrainLoss < 0.7 * result.History[0].TrainLoss);
        Assert.True(result.History.Max(e => e.ValidationMetrics["accuracy"]) > 0.8);
        var best = result.History[result.BestEpoch];
        Assert.Equal(result.History.Max(e => e.ValidationMetrics["accuracy"]), best.ValidationMetrics["accuracy"]);
        var after = Evaluator.Run(plan.Model, plan.Validation!, plan.Loss);
        Assert.Equal(best.ValidationLoss!.Value, after.Loss);
    }

    [Fact]
    public void Run_StoppedAndResumedAnywhere_EndsWithTheSameBits()
    {
        string expected = Straight(out var history);
        foreach (int stop in (int[])[1, 2, 5, 6, 7, 11, 12, 13, 17, 18, 24, 30, 35])
        {
            string path = Path.Combine(Path.GetTempPath(), $"mettle-resume-{Environment.ProcessId}-{stop}.safetensors");
            var stopper = new TrainingRun.StopAfter(stop);
            var first = TrainingRun.Plan() with { CheckpointPath = path, Observers = [stopper] };
            Assert.True(new Trainer(first).Run(stopper.Token).Interrupted);
            var second = TrainingRun.Plan(TrainingRun.Model()) with { CheckpointPath = path };
            var trainer = new Trainer(second);
            trainer.Resume(path);
            var result = trainer.Run();
            File.Delete(path);
            Assert.Equal(expected, TrainingRun.Sha256(second.Model));
            Assert.Equal(history.Select(Numbers), result.History.Select(Numbers));
        }
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 3)]
    public void Run_WithOtherThreads_EndsWithTheSameBits(int threads, int workers)
    {
        string expected = Straight(out _);
        int before = Scheduler.Threads;
        Scheduler.Threads = threads;
        var plan = TrainingRun.Plan() with { Workers = workers };
        new Trainer(plan).Run();
        Scheduler.Threads = before;
        Assert.Equal(expected, TrainingRun.Sha256(plan.Model));
    }

    [Fact]
    public void Run_OfAFinishedCheckpoint_GivesTheSameResultWithoutTraining()
    {
        string path = Path.Combine(Path.GetTempPath(), $"mettle-finished-{Environment.ProcessId}.safetensors");
        var first = TrainingRun.Plan() with { CheckpointPath = path };
        var result = new Trainer(first).Run();
        var second = TrainingRun.Plan(TrainingRun.Model());
        var trainer = new Trainer(second);
        trainer.Resume(path);
        var again = trainer.Run();
        File.Delete(path);
        Assert.Equal(result.Steps, again.Steps);
        Assert.Equal(result.BestEpoch, again.BestEpoch);
        Assert.Equal(TrainingRun.Sha256(first.Model), TrainingRun.Sha256(second.Model));
    }

    [Fact]
    public void Resume_WithAnotherSeed_NamesTheSetting()
    {
        string path = Path.Combine(Path.GetTempPath(), $"mettle-seed-{Environment.ProcessId}.safetensors");
        new Trainer(TrainingRun.Plan()).Save(path);
        var e = Assert.Throws<InvalidDataException>(() => new Trainer(TrainingRun.Plan() with { Seed = 6 }).Resume(path));
        File.Delete(path);
        Assert.Contains("has seed 5, this training 6", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resume_OfPlainWeights_SaysItIsNoCheckpoint()
    {
        string path = Path.Combine(Path.GetTempPath(), $"mettle-plain-{Environment.ProcessId}.safetensors");
        var plan = TrainingRun.Plan();
        Checkpoint.Save(plan.Model, path);
        var e = Assert.Throws<InvalidDataException>(() => new Trainer(plan).Resume(path));
        File.Delete(path);
        Assert.Contains("no training checkpoint", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WithPatience_StopsAndRestoresTheBest()
    {
        var plan = TrainingRun.Plan() with
        {
            Epochs = 200,
            Mixup = 0,
            Averaging = null,
            Train = TrainingRun.Clusters(16),
            EarlyStopping = new EarlyStopping(4),
            Schedule = new ConstantSchedule(),
        };
        var result = new Trainer(plan).Run();
        Assert.True(result.Stopped);
        Assert.Equal(result.BestEpoch + 5, result.History.Count);
        Assert.Equal(result.History.Min(e => e.ValidationLoss), result.History[result.BestEpoch].ValidationLoss);
        Assert.Equal(result.History[result.BestEpoch].ValidationLoss!.Value, Evaluator.Run(plan.Model, plan.Validation!, plan.Loss).Loss);
    }

    [Fact]
    public void Run_WithClassWeights_ValidatesByTheLossItTrains()
    {
        var plan = TrainingRun.Plan() with { Epochs = 1, Mixup = 0, Averaging = null, EarlyStopping = null, Loss = new CrossEntropyLoss(classWeights: [5, 1, 0.5]) };
        var epoch = new Trainer(plan).Run().History[0];
        using var scope = MemoryScope.Begin();
        using var quiet = Autograd.NoGrad();
        var all = plan.Validation!.Load([.. Enumerable.Range(0, plan.Validation.Count)], default);
        Assert.Equal(plan.Loss.Forward(plan.Model.Forward(all.Inputs, Pass.Eval), all.Targets).Item(), epoch.ValidationLoss!.Value, 1e-5);
    }

    [Fact]
    public void Run_ManySteps_LeavesNoMemoryBehind()
    {
        var plan = TrainingRun.Plan(TrainingRun.ModelWithoutBuffers()) with { Epochs = 2, EarlyStopping = null };
        new Trainer(plan).Run();
        TrainingMemoryTests.Settle();
        long before = Memory.LiveBlocks, leaked = Memory.LeakedBlocks;
        new Trainer(plan).Run();
        // Garbage of earlier tests may still go, nothing may be added.
        Assert.InRange(Memory.LiveBlocks, 0, before);
        Assert.Equal(leaked, Memory.LeakedBlocks);
    }

    [Fact]
    public void OnGradients_BeforeTheUpdate_SeesLossNormAndGradients()
    {
        var watcher = new Watcher();
        var plan = TrainingRun.Plan() with { Observers = [watcher], Epochs = 1 };
        new Trainer(plan).Run();
        Assert.Equal(watcher.Norms, watcher.Steps.Select(s => s.GradientNorm));
        Assert.Equal(6, watcher.Steps.Count);
        Assert.Equal([0, 1, 2, 3, 4, 5], watcher.Steps.Select(s => s.Step));
        Assert.Equal([1 / 6.0 * 0.02, 2 / 6.0 * 0.02], watcher.Steps.Take(2).Select(s => s.Rate), (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.All(watcher.Steps, s => Assert.True(s.SamplesPerSecond > 0));
    }

    [Fact]
    public void Check_WithABadPlan_NamesTheSetting()
    {
        var plan = TrainingRun.Plan();
        Assert.Contains("Epochs", Assert.Throws<ArgumentException>(() => new Trainer(plan with { Epochs = 0 })).Message, StringComparison.Ordinal);
        Assert.Contains("EarlyStopping", Assert.Throws<ArgumentException>(() => new Trainer(plan with { Validation = null })).Message, StringComparison.Ordinal);
        Assert.Contains("DropLast", Assert.Throws<ArgumentException>(() => new Trainer(plan with { BatchSize = 100, DropLast = true })).Message, StringComparison.Ordinal);
    }

    private static string Straight(out IReadOnlyList<EpochInfo> history)
    {
        var plan = TrainingRun.Plan();
        history = new Trainer(plan).Run().History;
        return TrainingRun.Sha256(plan.Model);
    }

    private static string Numbers(EpochInfo e)
        => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{e.Epoch} {e.TrainLoss:R} {e.TrainMetrics["accuracy"]:R} {e.ValidationLoss:R} {e.ValidationMetrics["auc"]:R} {e.Rate:R}");

    private sealed class Watcher : IGradientObserver
    {
        public List<double> Norms { get; } = [];

        public List<StepInfo> Steps { get; } = [];

        public void OnGradients(TrainingContext context) => Norms.Add(GradientNorm.Of(context.Parameters));

        public void OnStep(in StepInfo step) => Steps.Add(step);
    }
}

namespace Mettle.Nn.Tests;

[Collection(nameof(Alone))]
public sealed class ContinualTrainerTests
{
    public static TheoryData<string> Methods
        => ["sequential", "joint", "ewc", "online-ewc", "si", "lwf", "replay", "der", "der-plus-plus", "a-gem", "icarl"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Run_StoppedAndResumedAnywhere_EndsWithTheSameBits(string name)
    {
        var whole = ContinualRun.Plan(ContinualRun.Method(name));
        var straight = new ContinualTrainer(whole);
        var expected = straight.Run();
        int perTask = (int)expected.Steps / 2;
        foreach (int stop in (int[])[1, perTask / 2, perTask - 1, perTask, perTask + 3, (int)expected.Steps - 1])
        {
            string path = Path.Combine(Path.GetTempPath(), $"mettle-continual-{Environment.ProcessId}-{name}-{stop}.safetensors");
            var stopper = new TrainingRun.StopAfter(stop);
            var first = ContinualRun.Plan(ContinualRun.Method(name));
            first = first with { Training = first.Training with { CheckpointPath = path, Observers = [stopper] } };
            Assert.True(new ContinualTrainer(first).Run(stopper.Token).Interrupted);
            var second = ContinualRun.Plan(ContinualRun.Method(name));
            second = second with { Training = second.Training with { CheckpointPath = path } };
            var trainer = new ContinualTrainer(second);
            trainer.Resume(path);
            var result = trainer.Run();
            File.Delete(path);
            Assert.Equal(TrainingRun.Sha256(whole.Training.Model), TrainingRun.Sha256(second.Training.Model));
            Assert.Equal(expected.History.Select(e => (e.Epoch, e.TrainLoss)), result.History.Select(e => (e.Epoch, e.TrainLoss)));
            Assert.Equal(straight.Record!.Accuracies, trainer.Record!.Accuracies);
            Assert.Equal(straight.Record.RightAtEnd, trainer.Record.RightAtEnd);
        }
    }

    [Fact]
    public void Run_OneTaskAfterAnother_ForgetsAndReplayDoesNot()
    {
        var plain = Record("sequential");
        var replay = Record("replay");
        var joint = Record("joint");
        Assert.True(plain.Forgetting > 0.5 && plain.BackwardTransfer < -0.5, $"{plain.Forgetting}");
        Assert.True(replay.AverageAccuracy > plain.AverageAccuracy + 0.2, $"{plain.AverageAccuracy}, {replay.AverageAccuracy}");
        Assert.True(joint.AverageAccuracy > 0.9 && !joint.IsSequence && double.IsNaN(joint.Forgetting));
        Assert.Equal(plain.RightAfter[1], plain.RightAtEnd[1]);
        Assert.Equal(plain.Accuracies[1][0], plain.RightAtEnd[0].Count(r => r) / 40.0);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Run_TaskWithoutRows_IsPassedOver(string name)
    {
        var plan = ContinualRun.Plan(ContinualRun.Method(name));
        plan = plan with { Training = plan.Training with { Train = new Subset(plan.Training.Train, [.. Enumerable.Range(0, 120).Where(i => plan.TaskOf[i] == 1)]) }, TaskOf = [.. Enumerable.Repeat(1, 60)] };
        var trainer = new ContinualTrainer(plan);
        Assert.Null(trainer.Run().Divergence);
        Assert.True(trainer.Record!.Final[1] > 0.5);
    }

    [Fact]
    public void Run_Icarl_EndsWithTheMeansOfItsExemplarsAsLastLayer()
    {
        var plan = ContinualRun.Plan(ContinualRun.Method("icarl"), epochs: 6, dropout: 0, norm: "none");
        var trainer = new ContinualTrainer(plan);
        trainer.Run();
        var network = (Mlp)plan.Training.Model;
        float[] weight = network.Readout.Weight.Value.ToArray<float>();
        for (int c = 0; c < 4; c++)
        {
            Assert.Equal(1, weight.Skip(c * 16).Take(16).Sum(w => (double)w * w), 1e-5);
        }

        Assert.All(network.Readout.Bias!.Value.ToArray<float>(), b => Assert.Equal(0, b));
        Assert.True(trainer.Record!.AverageAccuracy > 0.8, $"{trainer.Record.AverageAccuracy}");
    }

    [Fact]
    public void Run_RateThatDiverges_SaysTaskAndMethod()
    {
        var plan = ContinualRun.Plan(new ElasticWeightConsolidation(1e9, samples: 20), dropout: 0, norm: "none");
        plan = plan with { Training = plan.Training with { Clipping = new GradientClipping() } };
        var result = new ContinualTrainer(plan).Run();
        Assert.Contains("In task 2, learned by 'ewc'", result.Divergence!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resume_CheckpointOfAnotherMethod_NamesBoth()
    {
        string path = Path.Combine(Path.GetTempPath(), $"mettle-continual-{Environment.ProcessId}-other.safetensors");
        var first = ContinualRun.Plan(ContinualRun.Method("replay"));
        new ContinualTrainer(first).Save(path);
        var e = Assert.Throws<InvalidDataException>(() => new ContinualTrainer(ContinualRun.Plan(ContinualRun.Method("der"))).Resume(path));
        File.Delete(path);
        Assert.Contains("has method replay, this training der", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_WhatASequenceCannotHonour_IsRefused()
    {
        var plan = ContinualRun.Plan(new SequentialTraining());
        Assert.Contains("Mixup", Refusal(plan with { Training = plan.Training with { Mixup = 0.2 } }), StringComparison.Ordinal);
        Assert.Contains("Averaging", Refusal(plan with { Training = plan.Training with { Averaging = new ExponentialAveraging(plan.Training.Model, 0.9) } }), StringComparison.Ordinal);
        Assert.Contains("Early stopping", Refusal(plan with { Training = plan.Training with { EarlyStopping = new EarlyStopping(2) } }), StringComparison.Ordinal);
        Assert.Contains("Sharpness", Refusal(plan with { Training = plan.Training with { Sharpness = new SharpnessAware(0.05) } }), StringComparison.Ordinal);
        Assert.Contains("buffer of 1 is too small", Refusal(plan with { Method = new AveragedGem(1) }), StringComparison.Ordinal);
        Assert.Contains("a buffer of 3 is too small", Refusal(plan with { Method = new Icarl(3) }), StringComparison.Ordinal);
        Assert.Contains("replay 1 row at a time", Refusal(plan with { Method = new AveragedGem(3) }), StringComparison.Ordinal);
        Assert.Contains("replay 1 row at a time", Refusal(plan with { Method = new DarkExperienceReplay(1, 0.5) }), StringComparison.Ordinal);
        Assert.Contains("new classes", Refusal(plan with { Method = new Icarl(20), Sequence = new TaskSequence(ContinualScenario.Domain, [[0, 1, 2, 3], [0, 1, 2, 3]]) }), StringComparison.Ordinal);
    }

    private static string Refusal(ContinualPlan plan) => Assert.Throws<ArgumentException>(() => new ContinualTrainer(plan)).Message;

    private static TaskRecord Record(string name)
    {
        var trainer = new ContinualTrainer(ContinualRun.Plan(ContinualRun.Method(name), epochs: 6, dropout: 0, norm: "none"));
        trainer.Run();
        return trainer.Record!;
    }
}

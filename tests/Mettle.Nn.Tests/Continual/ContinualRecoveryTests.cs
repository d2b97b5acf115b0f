namespace Mettle.Nn.Tests;

[Collection(nameof(Alone))]
public sealed class ContinualRecoveryTests
{
    // Steps of one task of the plans below: 60 rows in batches of 8.
    private const int PerEpoch = 8, Epochs = 5, PerTask = PerEpoch * Epochs;

    // Rows of the second task, whose classes are 2 and 3.
    private const int Broken = 42, AlsoBroken = 87;

    public static TheoryData<string> Methods => ContinualTrainerTests.Methods;

    [Theory]
    [MemberData(nameof(Methods))]
    public void Run_OfAHealthyTraining_ChangesNothing(string name)
    {
        var plain = ContinualRun.Plan(ContinualRun.Method(name), epochs: 6);
        new ContinualTrainer(plain).Run();
        var watched = ContinualRun.Plan(ContinualRun.Method(name), epochs: 6);
        watched = watched with { Training = watched.Training with { Recovery = new Recovery() } };
        Assert.Empty(new ContinualTrainer(watched).Run().Recoveries);
        Assert.Equal(TrainingRun.Sha256(plain.Training.Model), TrainingRun.Sha256(watched.Training.Model));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Run_BrokenRowsInTheSecondTask_AreLeftOutAndNamed(string name)
    {
        var plan = Plan(name, broken: [Broken, AlsoBroken]);
        var trainer = new ContinualTrainer(plan);
        var result = trainer.Run();
        Assert.Null(result.Divergence);
        var recovery = Assert.Single(result.Recoveries);
        Assert.Equal(FailureCause.BadSample, recovery.Cause);
        Assert.Equal([Broken, AlsoBroken], recovery.Rows);
        Assert.Equal(plan.Method.AllAtOnce ? 0 : 1, recovery.Task);
        Assert.Contains($"(task {recovery.Task + 1})", recovery.Message, StringComparison.Ordinal);
        Assert.Contains("row 42, row 87", recovery.Message, StringComparison.Ordinal);
        Assert.All(plan.Training.Model.Parameters, p => Assert.True(Array.TrueForAll(p.Value.ToArray<float>(), float.IsFinite)));
        Assert.All(plan.Method.StateDict(), s => Assert.True(!s.Value.DType.IsFloat() || Array.TrueForAll(s.Value.To(DType.F64).ToArray<double>(), double.IsFinite), s.Key));
        Assert.True(trainer.Record!.Final[1] > 0.7, $"{trainer.Record.Final[1]}");
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Run_RateAHundredTimesTooHigh_BeginsAllAnewAndLearnsAsTheTunedOne(string name)
    {
        // 0.05 is sound.
        var tuned = new ContinualTrainer(Plan(name));
        tuned.Run();
        foreach (double rate in (double[])[5, 1e6])
        {
            var trainer = new ContinualTrainer(Plan(name, rate));
            var result = trainer.Run();
            Assert.Null(result.Divergence);
            var recovery = result.Recoveries[0];
            Assert.Equal((FailureCause.FailedStart, 0L), (recovery.Cause, recovery.FromGlobalStep));
            Assert.InRange(rate * result.Recoveries[^1].RateScale, 1e-2, 0.5);
            Assert.Equal(Enumerable.Range(0, result.History.Count), result.History.Select(e => e.Epoch));
            Assert.True(
                trainer.Record!.AverageAccuracy > tuned.Record!.AverageAccuracy - 0.15,
                $"{rate}: {trainer.Record.AverageAccuracy}, tuned {tuned.Record.AverageAccuracy}: {string.Join('\n', result.Recoveries.Select(r => r.Message))}");
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Run_StoppedAndResumedAroundRecoveries_EndsWithTheSameBits(string name)
    {
        var expected = new ContinualTrainer(Jumping(name)).Run();
        Assert.True(expected.Recoveries.Count >= 2, $"{expected.Recoveries.Count}");
        HasTheSameBitsWhenResumed(() => Jumping(name), [1, 17, PerTask, PerTask + 1, PerTask + 17, PerTask + 21, PerTask + 23, PerTask + 26, PerTask + 40]);
    }

    [Theory]
    [InlineData("ewc")]
    [InlineData("si")]
    [InlineData("icarl")]
    public void Run_StoppedAndResumedAroundANewBeginning_EndsWithTheSameBits(string name)
    {
        Assert.Equal(1, new ContinualTrainer(Plan(name, 5)).Run().Recoveries[0].Task);
        HasTheSameBitsWhenResumed(() => Plan(name, 5), [PerTask - 1, PerTask + 3, 2 * PerTask, 3 * PerTask - 2]);
    }

    [Fact]
    public void Run_PenaltyThatIsUnstable_IsCuredByALowerRate()
    {
        var plan = ContinualRun.Plan(new ElasticWeightConsolidation(1e3, samples: 20), epochs: 4, dropout: 0, norm: "none");
        plan = plan with { Training = plan.Training with { Clipping = new GradientClipping(), Recovery = new Recovery() } };
        var result = new ContinualTrainer(plan).Run();
        Assert.Null(result.Divergence);
        Assert.All(result.Recoveries, r => Assert.Equal(1, r.Task));
        Assert.NotEmpty(result.Recoveries);
    }

    [Fact]
    public void Run_TaskOfBrokenRowsOnly_IsPassedOver()
    {
        var plan = Plan("ewc", broken: [0, 1, 2]);
        plan = plan with
        {
            Sequence = new TaskSequence(ContinualScenario.Domain, [.. Enumerable.Repeat((int[])[0, 1, 2, 3], 3)]),
            TaskOf = [.. Enumerable.Range(0, 120).Select(i => i < 3 ? 1 : i < 60 ? 0 : 2)],
            Watch = null,
        };
        var result = new ContinualTrainer(plan).Run();
        Assert.Null(result.Divergence);
        Assert.Equal([0, 1, 2], Assert.Single(result.Recoveries).Rows);
        Assert.Equal([.. Enumerable.Range(0, Epochs), .. Enumerable.Range(2 * Epochs, Epochs)], result.History.Select(e => e.Epoch));
    }

    private static void HasTheSameBitsWhenResumed(Func<ContinualPlan> plan, int[] stops)
    {
        var whole = plan();
        var straight = new ContinualTrainer(whole);
        var expected = straight.Run();
        foreach (int stop in stops)
        {
            string path = Path.Combine(Path.GetTempPath(), $"mettle-continual-recovery-{Environment.ProcessId}-{whole.Method.Name}-{stop}.safetensors");
            var stopper = new TrainingRun.StopAfter(stop);
            var first = plan();
            first = first with { Training = first.Training with { CheckpointPath = path, Observers = [stopper] } };
            Assert.True(new ContinualTrainer(first).Run(stopper.Token).Interrupted);
            var second = plan();
            var trainer = new ContinualTrainer(second);
            trainer.Resume(path);
            var result = trainer.Run();
            File.Delete(path);
            Assert.Equal(TrainingRun.Sha256(whole.Training.Model), TrainingRun.Sha256(second.Training.Model));
            Assert.Equal(expected.Recoveries.Select(r => r.Message), result.Recoveries.Select(r => r.Message));
            Assert.Equal(straight.Record!.Accuracies, trainer.Record!.Accuracies);
        }
    }

    private static ContinualPlan Plan(string name, double rate = 0.05, params int[] broken)
    {
        var plan = ContinualRun.Plan(ContinualRun.Method(name), Epochs, norm: "none");
        return plan with
        {
            Training = plan.Training with
            {
                Train = broken.Length == 0 ? plan.Training.Train : new Spoilt(plan.Training.Train, broken),
                Optimizer = new Sgd(plan.Training.Model.Parameters, rate, 0.5),
                Clipping = new GradientClipping(),
                Recovery = new Recovery(),
                RowName = row => $"row {row}",
            },
        };
    }

    /// <summary>The rate is far too high for five steps of the second half of each task, and rows are broken.</summary>
    private static ContinualPlan Jumping(string name)
    {
        var plan = Plan(name, broken: [Broken]);
        return plan with { Schedule = _ => new Jump(new CosineSchedule(PerTask)) };
    }

    private sealed class Jump(Schedule usual) : Schedule
    {
        public override double Rate(double baseRate, SchedulePoint point)
            => point.Step is >= 20 and < 25 ? 1000 * baseRate : usual.Rate(baseRate, point);
    }

    private sealed class Spoilt(IDataset source, int[] rows) : IDataset
    {
        public int Count => source.Count;

        public Batch Load(ReadOnlySpan<int> indices, RandomKey epochKey) => Spoil(source.Load(indices, epochKey), indices, rows, float.NaN);
    }

    private static Batch Spoil(Batch batch, ReadOnlySpan<int> indices, int[] rows, float value)
    {
        var x = batch.Inputs[0].MutableSpan<float>();
        for (int i = 0; i < indices.Length; i++)
        {
            if (rows.Contains(indices[i]))
            {
                x[(i * 4) + 2] = value;
            }
        }

        return batch;
    }
}

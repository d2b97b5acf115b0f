namespace Mettle.Nn.Tests;

[Collection(nameof(Alone))]
public sealed class RecoveryTests
{
    [Fact]
    public void Run_OfAHealthyTraining_ChangesNothing()
    {
        var plain = TrainingRun.Plan() with { Epochs = 12 };
        new Trainer(plain).Run();
        var watched = TrainingRun.Plan() with { Epochs = 12, Recovery = new Recovery() };
        var result = new Trainer(watched).Run();
        Assert.Empty(result.Recoveries);
        Assert.Equal(TrainingRun.Sha256(plain.Model), TrainingRun.Sha256(watched.Model));
    }

    [Fact]
    public void Run_WithBrokenRows_LeavesThemOutAndNamesThem()
    {
        var plan = Plan(Broken(11, 40)) with { RowName = row => $"line {row + 2} of rows.csv" };
        var result = new Trainer(plan).Run();
        Assert.Null(result.Divergence);
        var recovery = Assert.Single(result.Recoveries);
        Assert.Equal(FailureCause.BadSample, recovery.Cause);
        Assert.Equal([11, 40], recovery.Rows);
        Assert.Contains("line 13 of rows.csv, line 42 of rows.csv", recovery.Message, StringComparison.Ordinal);
        Assert.Equal((recovery.Epoch, recovery.Step), (recovery.FromEpoch, recovery.FromStep));
        Assert.True(result.History[^1].TrainLoss < 0.8);
    }

    [Theory]
    [InlineData(3, float.MaxValue, new int[0])]
    [InlineData(1e25f, 1e20f, new[] { 0 })]
    public void In_ARowWhoseLossOverflows_IsBrokenOnlyIfItsValuesAreFarLargerThanOthers(float value, float weight, int[] broken)
    {
        var model = new Sequential(new Linear(4, 3, bias: false)).Initialize(RandomKey.FromSeed(1));
        var weights = model.Parameters.Single().Value.MutableSpan<float>();
        weights.Clear();
        weights[0] = weight;
        float[] x = [value, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0];
        var data = ArrayDataset.Classification(x, [4], [1, 1, 2, 1]);
        Assert.Equal(broken, BadRows.In(data.Load([0, 1, 2, 3], default), Plan(data, model)));
    }

    [Fact]
    public void Run_WithTooManyBrokenRows_EndsAndSaysSo()
    {
        var result = new Trainer(Plan(Broken([.. Enumerable.Range(0, 20)]))).Run();
        Assert.Contains("20 of 90 training rows are broken, more than can be left out (4)", result.Divergence!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1e39)]
    public void Run_WithFarTooHighARate_BeginsAnewWithOneThatLearns(double rate)
    {
        var model = TrainingRun.ModelWithoutBuffers();
        var plan = Plan(TrainingRun.Clusters(90), model) with { Optimizer = new Sgd(model.Parameters, rate, 0.9), Epochs = 20 };
        var result = new Trainer(plan).Run();
        Assert.Null(result.Divergence);
        var recovery = result.Recoveries[0];
        Assert.Equal((FailureCause.FailedStart, 0L), (recovery.Cause, recovery.FromGlobalStep));
        Assert.InRange(recovery.RateScale * rate, 1e-3, 2);
        Assert.Equal(result.RateRange!.Suggested, recovery.RateScale * rate, 1e-9 * rate);
        Assert.True(result.History[^1].TrainMetrics["accuracy"] > 0.8);
    }

    [Fact]
    public void Run_ThatLearnsBadlyAtTooHighARate_IsJudgedByARehearsal()
    {
        var result = new Trainer(Rectified(0.2)).Run();
        var recovery = Assert.Single(result.Recoveries);
        Assert.Equal((FailureCause.FailedStart, 0L), (recovery.Cause, recovery.FromGlobalStep));
        Assert.Contains("steps from the first weights at rate", recovery.Finding, StringComparison.Ordinal);
        Assert.Equal(result.RateRange!.Suggested, recovery.RateScale * 0.2, 1e-9);
        var without = new Trainer(Rectified(0.2) with { Recovery = null }).Run();
        Assert.True(result.History[^1].TrainLoss < 0.75 * without.History[^1].TrainLoss);
    }

    [Fact]
    public void Run_StoppedAndResumedAroundARehearsal_EndsWithTheSameBits()
    {
        var straight = Rectified(0.2);
        var expected = new Trainer(straight).Run();
        long judged = Assert.Single(expected.Recoveries).GlobalStep + 1;
        foreach (long stop in (long[])[1, judged - 1, judged, judged + 1])
        {
            string path = Path.Combine(Path.GetTempPath(), $"mettle-rehearsal-{Environment.ProcessId}-{stop}.safetensors");
            var stopper = new TrainingRun.StopAfter((int)stop);
            Assert.True(new Trainer(Rectified(0.2) with { CheckpointPath = path, Observers = [stopper] }).Run(stopper.Token).Interrupted);
            var second = Rectified(0.2);
            var trainer = new Trainer(second);
            trainer.Resume(path);
            var result = trainer.Run();
            File.Delete(path);
            Assert.Equal(TrainingRun.Sha256(straight.Model), TrainingRun.Sha256(second.Model));
            Assert.Equal(expected.Recoveries.Select(r => r.Message), result.Recoveries.Select(r => r.Message));
        }
    }

    [Fact]
    public void Run_SuspectedAndAcquitted_EndsWithTheSameBits()
    {
        var plain = Rectified(0.1) with { Recovery = null };
        var expected = new Trainer(plain).Run();
        var watched = Rectified(0.1);
        var result = new Trainer(watched).Run();
        Assert.Empty(result.Recoveries);
        Assert.NotNull(result.RateRange);
        Assert.Equal(expected.History.Select(e => e.TrainLoss), result.History.Select(e => e.TrainLoss));
        Assert.Equal(TrainingRun.Sha256(plain.Model), TrainingRun.Sha256(watched.Model));
    }

    [Fact]
    public void Run_WhoseWeightsHaveBlownUp_DoesNotBlameTheRows()
    {
        var model = new Sequential(new Linear(4, 3)).Initialize(RandomKey.FromSeed(1));
        foreach (var p in model.Parameters)
        {
            var values = p.Value.MutableSpan<float>();
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = ((i % 3) - 1) * 1.2e38f;
            }
        }

        var result = new Trainer(Plan(TrainingRun.Clusters(90), model) with { Recovery = null }).Run();
        Assert.NotNull(result.Divergence);
        Assert.Empty(result.Divergence.Rows);
    }

    [Fact]
    public void Run_WhoseLossSlowlyRisesToHalfOfWhatWasLearned_RollsBack()
    {
        var plan = Plan(TrainingRun.Clusters(480)) with { Schedule = new Creeping(), Epochs = 20 };
        var result = new Trainer(plan).Run();
        Assert.Null(result.Divergence);
        Assert.Contains(result.Recoveries, r => r.Finding.Contains("lost half or more", StringComparison.Ordinal));
        Assert.True(result.History[^1].TrainLoss < 0.5 * new Trainer(Plan(TrainingRun.Clusters(480)) with { Schedule = new Creeping(), Epochs = 20, Recovery = null }).Run().History[^1].TrainLoss);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(3000)]
    public void Run_WhoseRateJumps_RollsBackAndCutsIt(double jump)
    {
        var plan = Jumping(jump);
        var result = new Trainer(plan).Run();
        Assert.Null(result.Divergence);
        Assert.Equal(20, result.History.Count);
        var recovery = result.Recoveries[0];
        Assert.InRange(recovery.FromGlobalStep, 1, JumpAt);
        Assert.InRange(recovery.GlobalStep, JumpAt, JumpAt + 60);
        Assert.NotEqual(FailureCause.FailedStart, recovery.Cause);
        Assert.All(result.History, e => Assert.InRange(e.TrainLoss, 0, 5));
        var bare = new Trainer(Jumping(jump) with { Recovery = null }).Run();
        Assert.True(bare.Divergence is not null || bare.History.Max(e => e.TrainLoss) > 10);
    }

    [Fact]
    public void Run_StoppedAndResumedAroundRecoveries_EndsWithTheSameBits()
    {
        var straight = Jumping(1000, Broken(11));
        var expected = new Trainer(straight).Run();
        Assert.True(expected.Recoveries.Count >= 2);
        string hash = TrainingRun.Sha256(straight.Model);
        foreach (int stop in (int[])[1, 3, 17, 30, 59, 60, 61, 63, 65, 66, 68, 72, 80, 100])
        {
            string path = Path.Combine(Path.GetTempPath(), $"mettle-recovery-{Environment.ProcessId}-{stop}.safetensors");
            var stopper = new TrainingRun.StopAfter(stop);
            Assert.True(new Trainer(Jumping(1000, Broken(11)) with { CheckpointPath = path, Observers = [stopper] }).Run(stopper.Token).Interrupted);
            var second = Jumping(1000, Broken(11));
            var trainer = new Trainer(second);
            trainer.Resume(path);
            var result = trainer.Run();
            File.Delete(path);
            Assert.Equal(hash, TrainingRun.Sha256(second.Model));
            Assert.Equal(expected.Recoveries.Select(r => r.Message), result.Recoveries.Select(r => r.Message));
        }
    }

    [Fact]
    public void Run_WithOtherThreads_RecoversToTheSameBits()
    {
        var one = Jumping(1000);
        int before = Scheduler.Threads;
        Scheduler.Threads = 1;
        new Trainer(one).Run();
        Scheduler.Threads = 2;
        var two = Jumping(1000) with { Workers = 2 };
        new Trainer(two).Run();
        Scheduler.Threads = before;
        Assert.Equal(TrainingRun.Sha256(one.Model), TrainingRun.Sha256(two.Model));
    }

    [Fact]
    public void Run_ThatNoRemedyHelps_EndsWithSoundWeightsAndSaysWhatWasTried()
    {
        var model = new Sequential(new Linear(4, 8), new Failing(after: 20), new Linear(8, 3)).Initialize(RandomKey.FromSeed(1));
        var result = new Trainer(Plan(TrainingRun.Clusters(90), model) with { Recovery = new Recovery(2) }).Run();
        Assert.Equal(2, result.Recoveries.Count);
        Assert.Contains("2 roll-backs did not help", result.Divergence!.Message, StringComparison.Ordinal);
        Assert.Equal("1", result.Divergence.Layer);
        Assert.Equal("log", result.Divergence.Birth!.Op);
        Assert.All(model.Parameters, p => Assert.True(Array.TrueForAll(p.Value.ToArray<float>(), float.IsFinite)));
    }

    [Fact]
    public void Run_AfterARollBackOverAnEpoch_KeepsTheBestWeightsOfWhatRemains()
    {
        var plan = Jumping(1000) with { Validation = TrainingRun.Clusters(60, from: 1000), EarlyStopping = new EarlyStopping(0), Epochs = 12 };
        var result = new Trainer(plan).Run();
        Assert.NotEmpty(result.Recoveries);
        Assert.Equal(Enumerable.Range(0, 12), result.History.Select(e => e.Epoch));
        Assert.Equal(result.History[result.BestEpoch].ValidationLoss!.Value, Evaluator.Run(plan.Model, plan.Validation!, plan.Loss).Loss);
    }

    private const long JumpAt = 60;

    private static TrainingPlan Jumping(double factor, IDataset? data = null)
        => Plan(data ?? TrainingRun.Clusters(90)) with { Schedule = new Jump(factor), Epochs = 20 };

    private static TrainingPlan Plan(IDataset data, Module? model = null)
    {
        model ??= TrainingRun.Model();
        return new TrainingPlan
        {
            Model = model,
            Train = data,
            Loss = new CrossEntropyLoss(),
            Optimizer = new Sgd(model.Parameters, 0.1, 0.9),
            Epochs = 6,
            BatchSize = 16,
            Recovery = new Recovery(),
            Seed = 5,
        };
    }

    private static TrainingPlan Rectified(double rate)
    {
        var model = new Sequential(new Linear(4, 32), Activation.Of("relu"), new Linear(32, 32), Activation.Of("relu"), new Linear(32, 3)).Initialize(RandomKey.FromSeed(3));
        return Plan(TrainingRun.Clusters(480), model) with { Optimizer = new Adam(model.Parameters, rate) };
    }

    private static Spoilt Broken(params int[] rows) => new(TrainingRun.Clusters(90), rows);

    /// <summary>The rate is far too high for five steps.</summary>
    private sealed class Jump(double factor) : Schedule
    {
        public override double Rate(double baseRate, SchedulePoint point) => point.Step is >= JumpAt and < JumpAt + 5 ? factor * baseRate : baseRate;
    }

    /// <summary>From the fourth epoch to the tenth the rate rises by 3 % each step.</summary>
    private sealed class Creeping : Schedule
    {
        public override double Rate(double baseRate, SchedulePoint point) => point.Step is >= 120 and < 300 ? baseRate * Math.Pow(1.03, point.Step - 120) : baseRate;
    }

    private sealed class Spoilt(IDataset source, int[] rows) : IDataset
    {
        public int Count => source.Count;

        public Batch Load(ReadOnlySpan<int> indices, RandomKey epochKey)
        {
            var batch = source.Load(indices, epochKey);
            var x = batch.Inputs[0].MutableSpan<float>();
            for (int i = 0; i < indices.Length; i++)
            {
                if (rows.Contains(indices[i]))
                {
                    x[(i * 4) + 2] = float.NaN;
                }
            }

            return batch;
        }
    }

    /// <summary>The logarithm of a negative number after some training passes.</summary>
    private sealed class Failing(int after) : Module
    {
        private int passes;

        public override Tensor Forward(Tensor x, Pass pass)
            => Watch(pass.Training && ++passes > after ? (-x.Square() - 1).Log() : x.Tanh());
    }
}

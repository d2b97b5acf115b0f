namespace Mettle.Nn.Tests;

/// <summary>Techniques together: what one of them changes, the others see as they should.</summary>
[Collection(nameof(Alone))]
public sealed class CombinationTests
{
    /// <summary>Every plan of a seeded draw ends with the same bits on one thread and two, straight through and resumed anywhere.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Run_OfTechniquesDrawnTogether_HasTheSameBitsOnAnyThreadsAndResumed(int seed)
    {
        for (int i = 0; i < 12; i++)
        {
            var key = RandomKey.FromSeed(77).At(seed).At(i);
            var straight = Drawn(key);
            var result = new Trainer(straight).Run();
            string expected = TrainingRun.Sha256(straight.Model), told = $"plan {seed}.{i}";
            Assert.All(result.History, e => Assert.True(double.IsFinite(e.TrainLoss), told));
            int before = Scheduler.Threads;
            Scheduler.Threads = 3 - Math.Min(2, before);
            var other = Drawn(key);
            new Trainer(other).Run();
            Scheduler.Threads = before;
            Assert.True(expected == TrainingRun.Sha256(other.Model), $"{told} on other threads");

            using var folder = new TempFolder();
            string path = folder["training.checkpoint"];
            var stop = new TrainingRun.StopAfter(1 + key.Below((int)result.Steps, 99));
            var first = Drawn(key);
            new Trainer(first with { CheckpointPath = path, Observers = [.. first.Observers, stop] }).Run(stop.Token);
            var second = Drawn(key);
            var trainer = new Trainer(second);
            trainer.Resume(path);
            trainer.Run();
            Assert.True(expected == TrainingRun.Sha256(second.Model), $"{told} resumed");
        }
    }

    [Fact]
    public void Selection_WithALossThatIsNoNumber_KeepsTheRowSoThatTheStepShowsIt()
    {
        var x = Enumerable.Range(0, 80).Select(i => (i % 7) / 7f).ToArray();
        x[22] = float.NaN;
        var model = new Sequential(new Linear(2, 2)).Initialize(RandomKey.FromSeed(1));
        var plan = new TrainingPlan
        {
            Model = model,
            Train = ArrayDataset.Classification(x, [2], [.. Enumerable.Range(0, 40).Select(i => i % 2)]),
            Loss = new CrossEntropyLoss(),
            Optimizer = new Sgd(model.Parameters, 0.1),
            Epochs = 2,
            BatchSize = 40,
            Selection = new SelectiveBackprop(4, Warmup: 0),
        };
        var result = new Trainer(plan).Run();
        Assert.Contains("Sample 11", result.Divergence!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Score_OfAnEnsemble_IsThatOfTheModelThatTrains()
    {
        using var scope = MemoryScope.Begin();
        var ensemble = new SnapshotEnsemble(TrainingRun.Model(), TrainingRun.Model, 2, ofClasses: true);
        ensemble.Take();
        ensemble.Live.Initialize(RandomKey.FromSeed(9));
        var batch = TrainingRun.Clusters(20).Load([.. Enumerable.Range(0, 20)], default);
        var (together, _) = SelectiveBackprop.Score(TrainingRun.Plan(ensemble), batch);
        var (alone, _) = SelectiveBackprop.Score(TrainingRun.Plan(ensemble.Live), batch);
        Assert.Equal(alone, together);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(50)]
    public void Expected_OfSelection_IsTheMeanOfWhatIsChosen(int rows)
    {
        var plan = TrainingRun.Plan() with { Selection = new SelectiveBackprop(3) };
        using var scope = MemoryScope.Begin();
        var batch = plan.Train.Load([.. Enumerable.Range(0, rows)], default);
        double mean = Enumerable.Range(0, 200).Average(i => plan.Selection.Choose(plan, batch, RandomKey.FromSeed(1).At(i)).Batch.Count);
        Assert.InRange(plan.Selection.Expected(rows), mean - 1, mean + 1);
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(5, 5)]
    public void Accumulate_WithoutBatchNorm_TakesPartsOfOneRow(int rows, int parts)
    {
        using var scope = MemoryScope.Begin();
        var model = new Counting().Initialize(RandomKey.FromSeed(1));
        var plan = TrainingRun.Plan(model) with { BatchSize = rows, Accumulate = parts, Averaging = null };
        new BatchGradient(plan).Run(Mixup.None(plan.Train.Load([.. Enumerable.Range(0, rows)], default)), Pass.Train(default));
        Assert.Equal(parts, model.Passes);
    }

    [Fact]
    public void Accumulate_WithBatchNorm_LeavesNoPartOfOneRow()
    {
        var plan = TrainingRun.Plan() with { Train = TrainingRun.Clusters(25), BatchSize = 5, Accumulate = 4 };
        Assert.Equal(6, new Trainer(plan).Run().History.Count);
    }

    [Fact]
    public void Run_WithBatchNormAndOneSampleLeft_LeavesItOut()
    {
        var plan = TrainingRun.Plan() with { Train = TrainingRun.Clusters(33), BatchSize = 16 };
        Assert.Equal(2, plan.StepsPerEpoch);
        Assert.Equal(12, new Trainer(plan).Run().Steps);
        Assert.Equal(3, (TrainingRun.Plan(TrainingRun.ModelWithoutBuffers()) with { Train = TrainingRun.Clusters(33), BatchSize = 16 }).StepsPerEpoch);
    }

    [Fact]
    public void RangeTest_WithBatchNormAndOneSampleLeft_LeavesItOut()
    {
        var plan = TrainingRun.Plan() with { Train = TrainingRun.Clusters(33), BatchSize = 16, RateSearch = new RateRangeTest() };
        Assert.True(new Trainer(plan).Run().RateRange!.Suggested > 0);
    }

    [Fact]
    public void Run_WithABrokenRowInABatchOfTwo_DropsTheOtherOneToo()
    {
        float[] x = [.. Enumerable.Range(0, 60).SelectMany(i => new[] { i % 2, (i % 7) / 7f })];
        x[44] = float.NaN;
        var data = ArrayDataset.Classification(x, [2], [.. Enumerable.Range(0, 60).Select(i => i % 2)]);
        foreach (bool norm in (bool[])[true, false])
        {
            var model = new Sequential([new Linear(2, 4), .. norm ? [new BatchNorm1d(4)] : Array.Empty<Module>(), new Linear(4, 2)]).Initialize(RandomKey.FromSeed(1));
            var plan = TrainingRun.Plan(model) with { Train = data, Validation = null, Metrics = [], EarlyStopping = null, BatchSize = 2, Mixup = 0, Recovery = new Recovery() };
            var result = new Trainer(plan).Run();
            Assert.Null(result.Divergence);
            Assert.Equal([22], Assert.Single(result.Recoveries).Rows);
            Assert.Equal(29 * 6, result.Steps);
        }
    }

    [Fact]
    public void Run_WithSharpnessThatOverflows_SaysWhereItArose()
    {
        var model = new Sequential(new Linear(4, 3), new Steep()).Initialize(RandomKey.FromSeed(3));
        var plan = TrainingRun.Plan(model) with { Sharpness = new SharpnessAware(1e6), Mixup = 0, Averaging = null };
        var divergence = new Trainer(plan).Run().Divergence!;
        Assert.Contains("sharpness-aware minimisation looks at (rho 1000000)", divergence.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Initialize_ByLsuvWithABrokenRow_LeavesItOutOfAccount()
    {
        using var scope = MemoryScope.Begin();
        var rows = Tensor.Normal(RandomKey.FromSeed(4), [20, 4]);
        float[] values = rows.ToArray<float>();
        values[17] = float.NaN;
        var sound = Lsuv.Initialize(TrainingRun.ModelWithoutBuffers(), [Tensor.From([.. values[..16], .. values[20..]], [19, 4])], RandomKey.FromSeed(5));
        var broken = Lsuv.Initialize(TrainingRun.ModelWithoutBuffers(), [Tensor.From(values, [20, 4])], RandomKey.FromSeed(5));
        Assert.Equal(TrainingRun.Sha256(sound), TrainingRun.Sha256(broken));
    }

    private static TrainingPlan Drawn(RandomKey key)
    {
        ulong n = 0;
        bool Chance(double p) => key.Uniform(n++) < p;
        T Pick<T>(params T[] all) => all[key.Below(all.Length, n++)];
        string norm = Pick("none", "batch", "batch-renorm", "ghost", "group");
        Module model = new Mlp(4, [.. Enumerable.Repeat(8, Pick(1, 3))], 3, "relu", Pick(0, 0.2), norm, residual: Chance(0.4), stochasticDepth: 0.2).Initialize(RandomKey.FromSeed(3));
        if (Chance(0.4))
        {
            model.CheckpointActivations(Pick(DType.F32, DType.BF16));
        }

        Optimizer optimizer = Pick(0, 1, 2, 3, 4) switch
        {
            0 => new Sgd(model.Parameters, 0.05, 0.9),
            1 => new AdamW(model.Parameters, 0.01),
            2 => new Lion(model.Parameters, 0.001),
            3 => new Lamb(model.Parameters, 0.01),
            _ => new Muon(model.Parameters, 0.01),
        };
        if (Chance(0.4))
        {
            optimizer.StateStorage = DType.BF16;
            optimizer.RoundingKey = RandomKey.FromSeed(8);
        }

        double mixup = Pick(0, 0.3);
        return new TrainingPlan
        {
            Model = model,
            Train = TrainingRun.Clusters(Pick(41, 49, 64)),
            Validation = TrainingRun.Clusters(30, from: 1000),
            Loss = new CrossEntropyLoss(Pick(0, 0.1)),
            Optimizer = optimizer,
            Schedule = Pick<Schedule>(new ConstantSchedule(), new OneCycleSchedule(20), new WarmRestartsSchedule(16, 2), new PlateauSchedule(0.5, 0)),
            Epochs = 4,
            BatchSize = Pick(2, 16, 100),
            Clipping = Pick(new GradientClipping(), new GradientClipping(Norm: 0.5), new GradientClipping(Adaptive: 0.05, Value: 0.5)),
            Mixup = mixup,
            Sharpness = Pick<SharpnessAware?>(null, new SharpnessAware(0.05), new SharpnessAware(0.5, Adaptive: true)),
            Escape = Chance(0.2) ? new SaddleEscape(0.05, 10, 3) : null,
            Accumulate = Pick(1, 3),
            Selection = Chance(0.3) ? new SelectiveBackprop(1) : null,
            Averaging = Pick<Averaging?>(null, new ExponentialAveraging(model, 0.9), new StochasticWeightAveraging(model, 2)),
            EarlyStopping = Pick(null, new EarlyStopping(2), new EarlyStopping(0, "accuracy")),
            Metrics = [Metric.Named("accuracy")],
            Recovery = Chance(0.5) ? new Recovery() : null,
            RateSearch = Chance(0.2) ? new RateRangeTest() : null,
            CheckpointEvery = Pick(0, 3),
            Seed = 5,
        };
    }

    private sealed class Counting : Module
    {
        private readonly Linear layer;

        public Counting() => layer = Register("layer", new Linear(4, 3));

        public int Passes { get; private set; }

        public override Tensor Forward(Tensor x, Pass pass)
        {
            Passes++;
            return layer.Forward(x, pass);
        }
    }

    /// <summary>Finite near the first weights, infinite far away.</summary>
    private sealed class Steep : Module
    {
        public override Tensor Forward(Tensor x, Pass pass) => x.Square().Exp();
    }
}

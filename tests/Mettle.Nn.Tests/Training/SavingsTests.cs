namespace Mettle.Nn.Tests;

/// <summary>What makes training take less memory or work: parts of batches, recomputation, bf16 state, selection, smaller images.</summary>
[Collection(nameof(Alone))]
public sealed class SavingsTests
{
    [Theory]
    [InlineData(3, 0.0)]
    [InlineData(5, 0.4)]
    public void Accumulate_OfWeightedLoss_GivesTheWholeBatchsGradient(int parts, double mixup)
    {
        var whole = Gradients(mixup, 1);
        var summed = Gradients(mixup, parts);
        Assert.Equal(whole.Loss, summed.Loss, 1e-6);
        for (int i = 0; i < whole.Gradient.Length; i++)
        {
            Assert.Equal(whole.Gradient[i], summed.Gradient[i], 2e-6);
        }
    }

    [Fact]
    public void Accumulate_OfAWideNetwork_TakesLessMemory()
    {
        long whole = Peak(Wide() with { Accumulate = 1 }), parts = Peak(Wide() with { Accumulate = 8 });
        Assert.InRange(parts, 0, whole / 2);
    }

    [Theory]
    [InlineData("dropout")]
    [InlineData("batch")]
    [InlineData("residual")]
    public void CheckpointActivations_OfADeepNetwork_TrainsToTheSameBits(string kind)
    {
        string kept = Trained(Deep(kind)), again = Trained(Checkpointed(Deep(kind)));
        Assert.Equal(kept, again);
    }

    [Fact]
    public void CheckpointActivations_OfACnn_TrainsToTheSameBits()
    {
        SimpleCnn Model() => new SimpleCnn(1, [6, 8], 3, dropout: 0.1).Initialize(RandomKey.FromSeed(1));
        var checkpointed = Model();
        Assert.Equal(4, checkpointed.CheckpointActivations());
        Assert.Equal(Trained(Images(Model())), Trained(Images(checkpointed)));
    }

    [Fact]
    public void CheckpointActivations_OfADeepNetwork_TakesLessMemory()
    {
        long kept = Peak(Wide()), again = Peak(Checkpointed(Wide())), halves = Peak(Checkpointed(Wide(), DType.BF16));
        Assert.InRange(again, 0, kept / 2);
        Assert.InRange(halves, 0, (long)(0.95 * again));
    }

    [Fact]
    public void CheckpointActivations_WithSecondDerivatives_GivesTheSame()
    {
        using var scope = MemoryScope.Begin();
        var x = Tensor.Normal(RandomKey.FromSeed(2), [5, 6]).WithGrad();
        double[] Second(bool checkpointed)
        {
            var model = new Sequential(new Linear(6, 7), Activation.Of("tanh"), new Linear(7, 4), Activation.Of("tanh")).Initialize(RandomKey.FromSeed(1));
            _ = checkpointed ? model.CheckpointActivations(2) : 0;
            var g = Autograd.Grad((model.Forward(x, Pass.Train(RandomKey.FromSeed(3))) * 2).Sum(), [x], createGraph: true)[0]!;
            return Autograd.Grad((g * g).Sum(), [x])[0]!.To(DType.F64).ToArray<double>();
        }

        var (expected, actual) = (Second(false), Second(true));
        Assert.All(expected.Zip(actual), p => Assert.Equal(p.First, p.Second, 1e-5));
    }

    [Fact]
    public void Bf16State_OfAdam_TrainsAsWellAndResumesToTheSameBits()
    {
        double full = new Trainer(Clean(DType.F32)).Run().History[^1].ValidationMetrics["accuracy"];
        var plan = Clean(DType.BF16);
        double half = new Trainer(plan).Run().History[^1].ValidationMetrics["accuracy"];
        Assert.InRange(half, full - 0.05, 1);
        Assert.All(plan.Optimizer.StateDict().Where(s => !s.Key.EndsWith(".step", StringComparison.Ordinal)), s => Assert.Equal(DType.BF16, s.Value.DType));

        using var folder = new TempFolder();
        string path = folder["training.checkpoint"];
        var stop = new TrainingRun.StopAfter(20);
        new Trainer(Clean(DType.BF16) with { CheckpointPath = path, Observers = [stop] }).Run(stop.Token);
        var resumed = Clean(DType.BF16);
        var trainer = new Trainer(resumed);
        trainer.Resume(path);
        trainer.Run();
        Assert.Equal(TrainingRun.Sha256(plan.Model), TrainingRun.Sha256(resumed.Model));
    }

    [Fact]
    public unsafe void Round_ManyTimes_IsRightOnAverageAndKeepsSpecialValues()
    {
        const int Times = 20_000, Count = 21;
        float* x = stackalloc float[Count], back = stackalloc float[32];
        ushort* half = stackalloc ushort[Count];
        for (int i = 0; i < Count; i++)
        {
            x[i] = 1 + (i / 1300f);
        }

        (x[3], x[19], x[20]) = (float.PositiveInfinity, float.NaN, float.MaxValue);
        var sums = new double[Count];
        for (uint t = 0; t < Times; t++)
        {
            HalfState.Round(x, half, Count, index: 5, seed: (uint)RandomKey.FromSeed(9).At(t).Value);
            HalfState.Widen(half, back, Count);
            for (int i = 0; i < Count; i++)
            {
                sums[i] += back[i];
            }
        }

        for (int i = 0; i < 19; i++)
        {
            Assert.Equal(i == 3 ? double.PositiveInfinity : x[i], sums[i] / Times, 2e-4);
        }

        Assert.True(double.IsNaN(sums[19]));
    }

    [Fact]
    public void StateStorage_AfterAStepOrOfAnUnknownFormat_IsRefused()
    {
        var plan = Clean(DType.F32);
        new Trainer(plan).Run();
        Assert.Throws<InvalidOperationException>(() => plan.Optimizer.StateStorage = DType.BF16);
        Assert.Throws<NotSupportedException>(() => Clean(DType.F32).Optimizer.StateStorage = DType.F16);
    }

    [Fact]
    public void Selection_OfPowerTwo_KeepsAThirdAndTheHardestRow()
    {
        var plan = TrainingRun.Plan() with { Selection = new SelectiveBackprop(2), Mixup = 0 };
        using var scope = MemoryScope.Begin();
        var batch = plan.Train.Load([.. Enumerable.Range(0, 90)], default);
        var (losses, _) = SelectiveBackprop.Score(plan, batch);
        int hardest = Array.IndexOf(losses, losses.Max());
        int[] counts = [.. Enumerable.Range(0, 40).Select(i => plan.Selection.Choose(plan, batch, RandomKey.FromSeed(1).At(i)).Batch).Select(b => b.Indices.Contains(hardest) ? b.Count : -1000)];
        Assert.Equal(31, plan.Selection.Expected(90));
        Assert.InRange(counts.Average(), 28, 33);
    }

    [Fact]
    public void Selection_InATraining_ReportsTheLossOfAllRowsAndLearns()
    {
        var plan = TrainingRun.Plan() with { Selection = new SelectiveBackprop(1), Mixup = 0 };
        var result = new Trainer(plan).Run();
        Assert.True(result.History[^1].ValidationMetrics["accuracy"] > 0.8);
        Assert.Equal(TrainingRun.Sha256(plan.Model), Trained(TrainingRun.Plan() with { Selection = new SelectiveBackprop(1), Mixup = 0 }));
    }

    [Fact]
    public void SizeAt_OverATraining_RisesInStages()
    {
        var resizing = new ProgressiveResizing(0.5, 0.6, 2);
        Assert.Equal([14, 14, 14, 20, 20, 20, 28, 28, 28, 28], Enumerable.Range(0, 10).Select(e => resizing.SizeAt(e, 10, 28, 28).Height));
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 5)]
    public void Load_OfSmallerImages_KeepsEachImagesMean(int height, int width)
    {
        using var scope = MemoryScope.Begin();
        var pixels = Tensor.Normal(RandomKey.FromSeed(4), [2 * 3 * 6 * 7]).ToArray<float>();
        var source = ArrayDataset.Classification(pixels, [3, 6, 7], [0, 1]);
        var small = new ResizedDataset(source, (_, _) => (height, width)).Load([1, 0], default).Inputs[0];
        Assert.Equal(new Shape(2, 3, height, width), small.Shape);
        for (int c = 0; c < 3; c++)
        {
            double expected = pixels.Skip((42 * 3) + (42 * c)).Take(42).Average();
            Assert.Equal(expected, small.ToArray<float>().Skip(c * height * width).Take(height * width).Average(), 1e-6);
        }
    }

    [Fact]
    public void Run_WithSmallerImages_TrainsOnWholeOnesAtTheEnd()
    {
        var model = new SimpleCnn(1, [6, 8], 3).Initialize(RandomKey.FromSeed(1));
        var result = new Trainer(Images(model) with { Resizing = new ProgressiveResizing(0.5, 0.5, 1) }).Run();
        Assert.Equal(4, result.History.Count);
        Assert.All(result.History, e => Assert.True(double.IsFinite(e.TrainLoss)));
    }

    [Fact]
    public void Check_OfSettingsOutOfRange_Throws()
    {
        Assert.Throws<ArgumentException>(() => new Trainer(TrainingRun.Plan() with { Accumulate = 0 }));
        Assert.Throws<ArgumentException>(() => new Trainer(TrainingRun.Plan() with { Selection = new SelectiveBackprop(0) }));
        Assert.Throws<ArgumentException>(() => new Trainer(TrainingRun.Plan() with { Resizing = new ProgressiveResizing(1.5) }));
    }

    private static (double Loss, float[] Gradient) Gradients(double mixup, int parts)
    {
        using var scope = MemoryScope.Begin();
        var model = new Sequential(new Linear(4, 16), Activation.Of("tanh"), new Linear(16, 3)).Initialize(RandomKey.FromSeed(3));
        var plan = TrainingRun.Plan(model) with { Accumulate = parts, Loss = new CrossEntropyLoss(0.1, classWeights: [1, 3, 0.2]) };
        var batch = plan.Train.Load([.. Enumerable.Range(0, 23)], default);
        var mixed = mixup > 0 ? Mixup.Of(batch, mixup, RandomKey.FromSeed(7)) : Mixup.None(batch);
        var (loss, correct) = new BatchGradient(plan).Run(mixed, Pass.Train(RandomKey.FromSeed(8)));
        Assert.NotNull(correct);
        return (loss, [.. model.Parameters.SelectMany(p => p.Grad!.ToArray<float>())]);
    }

    private static TrainingPlan Clean(DType storage)
    {
        var plan = TrainingRun.Plan();
        plan.Optimizer.StateStorage = storage;
        plan.Optimizer.RoundingKey = RandomKey.FromSeed(12);
        return plan;
    }

    private static TrainingPlan Deep(string kind)
    {
        var model = new Mlp(4, [.. Enumerable.Repeat(12, 9)], 3, "relu", kind == "dropout" ? 0.2 : 0, kind == "batch" ? "batch" : "none", kind == "residual", kind == "residual" ? 0.2 : 0);
        return TrainingRun.Plan(model.Initialize(RandomKey.FromSeed(3)));
    }

    private static TrainingPlan Wide()
    {
        var model = new Mlp(4, [.. Enumerable.Repeat(32, 24)], 3, "tanh").Initialize(RandomKey.FromSeed(3));
        return TrainingRun.Plan(model) with { Train = TrainingRun.Clusters(600), BatchSize = 600, Mixup = 0 };
    }

    private static TrainingPlan Images(Module model)
    {
        var pixels = new float[30 * 64];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (float)RandomKey.FromSeed(5).Normal((ulong)i);
        }

        var images = ArrayDataset.Classification(pixels, [1, 8, 8], [.. Enumerable.Range(0, 30).Select(i => i % 3)]);
        return new TrainingPlan { Model = model, Train = images, Loss = new CrossEntropyLoss(), Optimizer = new AdamW(model.Parameters, 0.01), Epochs = 4, BatchSize = 10 };
    }

    private static TrainingPlan Checkpointed(TrainingPlan plan, DType storage = DType.F32)
    {
        Assert.True(plan.Model.CheckpointActivations(storage) > 1);
        return plan;
    }

    private static string Trained(TrainingPlan plan)
    {
        new Trainer(plan).Run();
        return TrainingRun.Sha256(plan.Model);
    }

    private static long Peak(TrainingPlan plan) => TrainingCost.Count(plan).Step.PeakBytes;
}

namespace Mettle.Nn.Tests;

[Collection(nameof(Alone))]
public sealed class TrainingCostTests
{
    [Fact]
    public void Count_OfAPlan_LeavesItAsItWas()
    {
        var plan = TrainingRun.Plan();
        string before = TrainingRun.Sha256(plan.Model);
        var cost = TrainingCost.Count(plan);
        Assert.Equal(before, TrainingRun.Sha256(plan.Model));
        Assert.Equal(TrainingRun.Sha256(Trained(TrainingRun.Plan()).Model), TrainingRun.Sha256(Trained(plan).Model));
        Assert.Equal(plan.Epochs, cost.FlopsByEpoch.Count);
        Assert.True(cost.PeakBytes > cost.StandingBytes && cost.StandingBytes > 4 * plan.Model.ParameterCount);
    }

    [Fact]
    public void Count_Twice_GivesTheSameNumbers()
    {
        var (a, b) = (TrainingCost.Count(TrainingRun.Plan()), TrainingCost.Count(TrainingRun.Plan()));
        Assert.Equal((a.Flops, a.Bytes, a.PeakBytes, a.Step.Work, a.Step.Ops), (b.Flops, b.Bytes, b.PeakBytes, b.Step.Work, b.Step.Ops));
    }

    [Fact]
    public void Count_WithFewRows_FindsALargeBatchByALine()
    {
        var plan = Wide(batch: 400);
        var (whole, few) = (TrainingCost.Count(plan), TrainingCost.Count(plan, mostRows: 96));
        Assert.Equal(96, few.RowPasses);
        Assert.InRange(few.Flops / (double)whole.Flops, 0.99, 1.01);
        Assert.InRange(few.PeakBytes / (double)whole.PeakBytes, 0.97, 1.03);
    }

    [Fact]
    public void Count_OfSelection_FallsByWhatItSaves()
    {
        var plan = Wide(batch: 100) with { Epochs = 3 };
        var all = TrainingCost.Count(plan);
        var some = TrainingCost.Count(plan with { Selection = new SelectiveBackprop(1) });

        // A forward pass over all rows and half a step: 1/3 + 1/2 of a step's products, a little more with a first layer without input gradient.
        Assert.Equal(all.FlopsByEpoch[0], some.FlopsByEpoch[0]);
        Assert.InRange(some.FlopsByEpoch[1] / (double)all.FlopsByEpoch[1], 0.8, 0.92);
    }

    [Fact]
    public void Count_OfSelection_HasThePeakOfTheEpochOnAllRows()
    {
        var plan = Wide(batch: 100) with { Epochs = 3 };
        Assert.Equal(TrainingCost.Count(plan).PeakBytes, TrainingCost.Count(plan with { Selection = new SelectiveBackprop(3) }).PeakBytes);
    }

    [Fact]
    public void Count_OfCutMix_CountsItsWork()
    {
        var images = ArrayDataset.Classification(new float[40 * 16 * 16], [1, 16, 16], new int[40]);
        var model = new SimpleCnn(1, [8], 3).Initialize(RandomKey.FromSeed(1));
        var plan = new TrainingPlan { Model = model, Train = images, Loss = new CrossEntropyLoss(), Optimizer = new Sgd(model.Parameters, 0.1), Epochs = 1, BatchSize = 20 };
        Assert.True(TrainingCost.Count(plan with { CutMix = 1 }).Step.Ops > TrainingCost.Count(plan).Step.Ops);
    }

    [Fact]
    public void Count_OfWhatKeepsCopies_CountsThem()
    {
        var plan = Wide(batch: 100);
        long weights = plan.Model.ParameterCount * sizeof(float), plain = TrainingCost.Count(plan).StandingBytes;
        Assert.Equal(2 * weights, plain);
        Assert.Equal(3 * weights, TrainingCost.Count(plan with { Sharpness = new SharpnessAware() }).StandingBytes);
        Assert.Equal(4 * weights, TrainingCost.Count(plan with { Optimizer = new Lamb(plan.Model.Parameters) }).StandingBytes);
        Assert.Equal(7 * weights, TrainingCost.Count(plan with { Recovery = new Recovery() }).StandingBytes);
    }

    [Fact]
    public void Count_OfSmallerImages_FallsWithTheirArea()
    {
        var images = ArrayDataset.Classification(new float[40 * 16 * 16], [1, 16, 16], new int[40]);
        var model = new SimpleCnn(1, [8, 16], 3).Initialize(RandomKey.FromSeed(1));
        var plan = new TrainingPlan { Model = model, Train = images, Loss = new CrossEntropyLoss(), Optimizer = new Sgd(model.Parameters, 0.1), Epochs = 4, BatchSize = 20, Resizing = new ProgressiveResizing(0.5, 0.5, 1) };
        var cost = TrainingCost.Count(plan);
        Assert.Equal(cost.FlopsByEpoch[0], cost.FlopsByEpoch[1]);
        Assert.InRange(cost.FlopsByEpoch[0] / (double)cost.FlopsByEpoch[2], 0.24, 0.27);
        Assert.Equal(cost.FlopsByEpoch[3], TrainingCost.Count(plan with { Resizing = null }).FlopsByEpoch[0]);
    }

    [Fact]
    public void Measure_OfAPlan_TimesStepsAndLayers()
    {
        var times = StepTimes.Measure(Wide(batch: 50), TimeSpan.FromMilliseconds(20));
        Assert.True(times.Median > 0 && times.LoadSeconds > 0);
        var layers = LayerCosts.Measure(Wide(batch: 50), TimeSpan.FromMilliseconds(5)).Costs;
        Assert.Contains(layers, e => e is { Place: "0", Op: "affine", IsBackward: true } && e.Cost.Flops > 0);
        Assert.Contains(layers, e => e.Place == LayerCosts.Loss);
        Assert.Contains(layers, e => e.Place == LayerCosts.Update);
    }

    private static TrainingPlan Wide(int batch)
    {
        var model = new Sequential(new Linear(4, 200), Activation.Of("tanh"), new Linear(200, 200), Activation.Of("relu"), new Linear(200, 3)).Initialize(RandomKey.FromSeed(3));
        return new TrainingPlan { Model = model, Train = TrainingRun.Clusters(400), Loss = new CrossEntropyLoss(), Optimizer = new Sgd(model.Parameters, 0.1, 0.9), Epochs = 1, BatchSize = batch };
    }

    private static TrainingPlan Trained(TrainingPlan plan)
    {
        new Trainer(plan).Run();
        return plan;
    }
}

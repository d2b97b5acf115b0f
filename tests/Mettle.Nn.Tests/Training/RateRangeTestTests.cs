namespace Mettle.Nn.Tests;

public sealed class RateRangeTestTests
{
    [Fact]
    public void Run_OnAPlan_LeavesModelAndOptimizerAsTheyWere()
    {
        var plan = TrainingRun.Plan();
        new Trainer(plan).Run();
        string before = TrainingRun.Sha256(plan.Model);
        var state = plan.Optimizer.StateDict().ToDictionary(s => s.Key, s => s.Value.ToBytes());
        new RateRangeTest().Run(plan);
        Assert.Equal(before, TrainingRun.Sha256(plan.Model));
        Assert.Equal(state, plan.Optimizer.StateDict().ToDictionary(s => s.Key, s => s.Value.ToBytes()));
        Assert.Equal(plan.Optimizer.BaseRate, plan.Optimizer.Rate);
    }

    // One weight, loss w² on every row: gradient descent is stable up to a rate of 1 and jumps to the minimum at 1/2.
    [Fact]
    public void Run_OnAParabola_FindsARateBelowTheEdgeOfStability()
    {
        var model = new Sequential(new Linear(1, 1, bias: false)).Initialize(RandomKey.FromSeed(1));
        var ones = Enumerable.Repeat(1f, 64).ToArray();
        var plan = new TrainingPlan
        {
            Model = model,
            Train = ArrayDataset.Regression(ones, [1], 64, new float[64]),
            Loss = new MseLoss(),
            Optimizer = new Sgd(model.Parameters, 1),
            Epochs = 1,
            BatchSize = 8,
        };
        var range = new RateRangeTest().Run(plan);
        Assert.InRange(range.Suggested, 0.005, 0.5);
        Assert.InRange(range.AtLeast, 0.1, 4);
        Assert.Equal(1, range.Losses[0], 1e-3);
    }

    [Fact]
    public void Run_WithRateSearch_TrainsWithTheRateFound()
    {
        var model = TrainingRun.ModelWithoutBuffers();
        var plan = TrainingRun.Plan(model) with
        {
            Optimizer = new Sgd(model.Parameters, 1e-5, 0.9),
            Schedule = new ConstantSchedule(),
            RateSearch = new RateRangeTest(),
            Averaging = null,
            Mixup = 0,
        };
        var result = new Trainer(plan).Run();
        Assert.Equal(result.RateRange!.Suggested, result.History[0].Rate, 1e-12);
        Assert.True(result.History[^1].TrainLoss < 0.8);
    }
}

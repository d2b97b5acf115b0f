namespace Mettle.Nn.Tests;

public sealed class DivergenceTests
{
    [Fact]
    public void Run_WithANaNInTheData_NamesTheSample()
    {
        var x = Enumerable.Repeat(0.5f, 40).ToArray();
        x[22] = float.NaN;
        var plan = Plan(new Sequential(new Linear(2, 2)).Initialize(RandomKey.FromSeed(1)), ArrayDataset.Classification(x, [2], new int[20]));
        var result = new Trainer(plan).Run();
        Assert.Contains("Sample 11 of the training data", result.Divergence!.Message, StringComparison.Ordinal);
        Assert.Equal("loss", result.Divergence.Quantity);
        Assert.False(result.Stopped);
    }

    [Fact]
    public void Run_WithAnOpThatMakesNaN_NamesItAndKeepsTheWeights()
    {
        var model = new Sequential(new Linear(2, 2), new Logarithm()).Initialize(RandomKey.FromSeed(1));
        string before = TrainingRun.Sha256(model);
        var result = new Trainer(Plan(model, Data(20)) with { BatchSize = 20 }).Run();
        Assert.Equal("log", result.Divergence!.Birth!.Op);
        Assert.Equal((0, 0), (result.Divergence.Epoch, result.Divergence.Step));
        Assert.Equal(before, TrainingRun.Sha256(model));
    }

    [Fact]
    public void Run_WithANaNInTheData_LeavesRunningStatisticsAsTheyWere()
    {
        var x = Enumerable.Range(0, 40).Select(i => i % 7f).ToArray();
        x[39] = float.NaN;
        var model = new Sequential(new Linear(2, 3), new BatchNorm1d(3), new Linear(3, 2)).Initialize(RandomKey.FromSeed(1));
        string before = TrainingRun.Sha256(model);
        var result = new Trainer(Plan(model, ArrayDataset.Classification(x, [2], new int[20])) with { BatchSize = 20 }).Run();
        Assert.Contains("Sample 19", result.Divergence!.Message, StringComparison.Ordinal);
        Assert.Equal(before, TrainingRun.Sha256(model));
    }

    [Fact]
    public void Run_WithAGradientThatIsInfinite_FindsItInTheBackwardPass()
    {
        var model = new Sequential(new Linear(2, 2), new RootOfZero()).Initialize(RandomKey.FromSeed(1));
        var result = new Trainer(Plan(model, Data(20))).Run();
        Assert.Equal("gradient", result.Divergence!.Quantity);
        Assert.NotNull(result.Divergence.Birth);
    }

    [Fact]
    public void Run_WithFarTooHighARate_NamesTheParameter()
    {
        var model = new Sequential(new Linear(2, 2)).Initialize(RandomKey.FromSeed(1));
        var plan = Plan(model, Data(20)) with { Optimizer = new Sgd(model.Parameters, 1e39), Epochs = 3 };
        var result = new Trainer(plan).Run();
        Assert.Contains("learning rate is too high", result.Divergence!.Message, StringComparison.Ordinal);
    }

    private static ArrayDataset Data(int count)
        => ArrayDataset.Classification([.. Enumerable.Range(0, count * 2).Select(i => (i % 5) - 2f)], [2], [.. Enumerable.Range(0, count).Select(i => i % 2)]);

    private static TrainingPlan Plan(Module model, IDataset data) => new()
    {
        Model = model,
        Train = data,
        Loss = new CrossEntropyLoss(),
        Optimizer = new Sgd(model.Parameters, 0.1),
        Epochs = 1,
        BatchSize = 4,
    };

    private sealed class Logarithm : Module
    {
        public override Tensor Forward(Tensor x, Pass pass) => x.Log();
    }

    private sealed class RootOfZero : Module
    {
        public override Tensor Forward(Tensor x, Pass pass) => (x * 0).Sqrt();
    }
}

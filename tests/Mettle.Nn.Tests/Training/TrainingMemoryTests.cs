namespace Mettle.Nn.Tests;

[Collection(nameof(Alone))]
public sealed class TrainingMemoryTests
{
    [Fact]
    public void Run_TenThousandSteps_KeepsMemoryFlatWithoutFullCollections()
    {
        var samples = new MemorySamples();
        var plan = TrainingRun.Plan(TrainingRun.ModelWithoutBuffers()) with { Epochs = 1700, EarlyStopping = null, Validation = null, Metrics = [], Observers = [samples], Workers = 0 };
        Settle();
        int full = GC.CollectionCount(2);
        long leaked = Memory.LeakedBlocks;
        var result = new Trainer(plan).Run();
        Assert.Equal(10_200, result.Steps);
        Assert.Equal(samples.Blocks[100], samples.Blocks[^1]);
        Assert.Equal(leaked, Memory.LeakedBlocks);
        Assert.InRange(GC.CollectionCount(2) - full, 0, 1);
        Assert.InRange(samples.Resident[^1] - samples.Resident[1000], long.MinValue, 16L << 20);
    }

    [Fact]
    public void Run_WithBatchNormForTenThousandSteps_KeepsMemoryFlat()
    {
        var samples = new MemorySamples();
        var model = new Sequential(new Linear(4, 64), new BatchNorm1d(64), Activation.Of("relu"), new Linear(64, 3)).Initialize(RandomKey.FromSeed(3));
        var plan = TrainingRun.Plan(model) with { Epochs = 1700, EarlyStopping = null, Validation = null, Metrics = [], Observers = [samples], Workers = 0 };
        int full = GC.CollectionCount(2);
        new Trainer(plan).Run();
        // The running statistics that each step replaces wait for a young collection, no longer.
        Assert.InRange(samples.Blocks.Max(), 0, samples.Blocks[0] + 5000);
        Assert.InRange(GC.CollectionCount(2) - full, 0, 1);
        Assert.InRange(samples.Resident[^1] - samples.Resident[1000], long.MinValue, 16L << 20);
    }

    /// <summary>Lets the parameters of earlier tests go, so that they do not go while this one counts.</summary>
    internal static void Settle()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private sealed class MemorySamples : ITrainingObserver
    {
        public List<long> Blocks { get; } = [];

        public List<long> Resident { get; } = [];

        public void OnStep(in StepInfo step)
        {
            Blocks.Add(Memory.LiveBlocks);
            Resident.Add(step.GlobalStep % 1000 == 0 || step.GlobalStep == 10_199 ? Environment.WorkingSet : Resident.LastOrDefault());
        }
    }
}

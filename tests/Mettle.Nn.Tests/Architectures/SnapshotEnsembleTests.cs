namespace Mettle.Nn.Tests;

public sealed class SnapshotEnsembleTests
{
    [Fact]
    public void Forward_InEvaluation_AveragesProbabilities()
    {
        using var scope = MemoryScope.Begin();
        var ensemble = new SnapshotEnsemble(Make(1), () => Make(2), 3, ofClasses: true);
        var x = Tensor.Normal(RandomKey.FromSeed(5), [6, 4]);
        Near(Probabilities(Make(1)), Probabilities(ensemble));
        ensemble.Take();
        ensemble.Live.LoadStateDict(Make(3).StateDict());
        ensemble.Take();
        ensemble.Live.LoadStateDict(Make(4).StateDict());
        Near([.. Probabilities(Make(1)).Zip(Probabilities(Make(3)), Probabilities(Make(4))).Select(p => (p.First + p.Second + p.Third) / 3)], Probabilities(ensemble));
        Assert.Equal(2, ensemble.Taken);
        Assert.Throws<InvalidOperationException>(ensemble.Take);

        // Training goes on as if there were no copies.
        Assert.Equal(Make(4).Forward(x, Pass.Eval).ToArray<float>(), ensemble.Forward(x, Pass.Train(default)).ToArray<float>());

        float[] Probabilities(Module model) => model.Forward(x, Pass.Eval).Softmax().ToArray<float>();
    }

    [Fact]
    public void Forward_OfValues_AveragesThem()
    {
        using var scope = MemoryScope.Begin();
        var ensemble = new SnapshotEnsemble(Make(1), () => Make(2), 2, ofClasses: false);
        var x = Tensor.Ones([2, 4]);
        ensemble.Take();
        ensemble.Live.LoadStateDict(Make(3).StateDict());
        float[] a = Make(1).Forward(x, Pass.Eval).ToArray<float>(), b = Make(3).Forward(x, Pass.Eval).ToArray<float>();
        Near([.. a.Zip(b, (u, v) => (u + v) / 2)], ensemble.Forward(x, Pass.Eval).ToArray<float>());
    }

    [Fact]
    public void Run_StoppedAndResumed_TakesTheSameSnapshots()
    {
        var (plan, straight) = Plan();
        new Trainer(plan).Run();
        Assert.Equal(2, straight.Taken);
        string path = Path.Combine(Path.GetTempPath(), $"mettle-snapshots-{Environment.ProcessId}.safetensors");
        var stopper = new TrainingRun.StopAfter(15);
        var first = Plan().Plan;
        Assert.True(new Trainer(first with { CheckpointPath = path, Observers = [.. first.Observers, stopper] }).Run(stopper.Token).Interrupted);
        var (second, resumed) = Plan();
        var trainer = new Trainer(second);
        trainer.Resume(path);
        Assert.Equal(1, resumed.Taken);
        trainer.Run();
        File.Delete(path);
        Assert.Equal(TrainingRun.Sha256(straight), TrainingRun.Sha256(resumed));

        static (TrainingPlan Plan, SnapshotEnsemble Ensemble) Plan()
        {
            var ensemble = new SnapshotEnsemble(TrainingRun.Model(), TrainingRun.Model, 3, ofClasses: true);
            return (TrainingRun.Plan(ensemble) with { Averaging = null, EarlyStopping = null, Observers = [new SnapshotObserver(ensemble, [1, 3])] }, ensemble);
        }
    }

    private static Sequential Make(ulong seed) => new Sequential(new Linear(4, 8), Activation.Of("tanh"), new Linear(8, 3)).Initialize(RandomKey.FromSeed(seed));

    private static void Near(float[] expected, float[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-6);
        }
    }
}

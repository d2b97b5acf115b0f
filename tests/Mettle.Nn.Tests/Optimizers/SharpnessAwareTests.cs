namespace Mettle.Nn.Tests;

/// <summary>Steps of SAM and ASAM against plain float64 loops over a net of two layers, and how a training goes with them.</summary>
[Collection(nameof(Alone))]
public sealed class SharpnessAwareTests
{
    [Theory]
    [InlineData(false, 0.3, 0)]
    [InlineData(true, 0.8, 0.01)]
    [InlineData(true, 0.8, 0)]
    public void Step_ThreeTimesInFloat64_EqualsPlainLoops(bool adaptive, double rho, double eta)
    {
        using var scope = MemoryScope.Begin();
        var model = new TwoLayers(5, 7, 3, dtype: DType.F64);
        var peer = new PlainNet(model);
        var x = Tensor.Normal(RandomKey.FromSeed(4), [9, 5], dtype: DType.F64);
        long[] target = [.. Enumerable.Range(0, 9).Select(i => (long)(i % 3))];
        var optimizer = new Sgd(model.Parameters, 0.2);
        var ascent = new SharpnessAscent(model.Parameters, new SharpnessAware(rho, adaptive, eta));
        for (int step = 0; step < 3; step++)
        {
            Backward();
            Assert.True(ascent.Climb());
            Backward();
            ascent.Return();
            optimizer.Step();
            peer.Step(x.ToArray<double>(), target, 0.2, rho, adaptive, eta);
        }

        int at = 0;
        foreach (var p in model.Parameters)
        {
            foreach (double w in p.Value.ToArray<double>())
            {
                Assert.Equal(peer.Weights[at++], w, 1e-12);
            }
        }

        void Backward()
        {
            optimizer.ZeroGrad();
            TwoLayers.CrossEntropy(model.Forward(x, Pass.Eval), target).Backward();
        }
    }

    [Fact]
    public void Return_AfterClimb_PutsTheVeryBitsBack()
    {
        using var scope = MemoryScope.Begin();
        var model = new TwoLayers(5, 7, 3);
        model.Parameters.First().Frozen = true;
        string before = TrainingRun.Sha256(model);
        TwoLayers.CrossEntropy(model.Forward(Tensor.Ones([2, 5]), Pass.Eval), [0, 1]).Backward();
        var ascent = new SharpnessAscent(model.Parameters, new SharpnessAware(0.1));
        Assert.True(ascent.Climb());
        Assert.NotEqual(before, TrainingRun.Sha256(model));
        Assert.Throws<InvalidOperationException>(() => ascent.Climb());
        ascent.Return();
        Assert.Equal(before, TrainingRun.Sha256(model));
        foreach (var p in model.Parameters)
        {
            p.Grad = null;
        }

        Assert.False(ascent.Climb());
    }

    [Fact]
    public void Run_WithBatchNorm_KeepsTheFirstPassesStatistics()
    {
        var plain = Plan(new SharpnessAware(0.5)) with { Sharpness = null };
        new Trainer(plain).Run();
        var aware = Plan(new SharpnessAware(0.5));
        new Trainer(aware).Run();

        // One step from the same weights: the statistics agree, the weights do not.
        Assert.Equal(Values(plain, "1.running_mean"), Values(aware, "1.running_mean"));
        Assert.Equal(Values(plain, "1.running_var"), Values(aware, "1.running_var"));
        Assert.Equal(1, aware.Model.StateDict()["1.num_batches_tracked"].Item());
        Assert.NotEqual(Values(plain, "0.weight"), Values(aware, "0.weight"));

        static TrainingPlan Plan(SharpnessAware sharpness)
            => TrainingRun.Plan() with { Epochs = 1, BatchSize = 90, Sharpness = sharpness, Averaging = null, EarlyStopping = null };

        static float[] Values(TrainingPlan plan, string key) => plan.Model.StateDict()[key].ToArray<float>();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_StoppedResumedOrOnOneThread_EndsWithTheSameBits(bool adaptive)
    {
        var plan = Plan();
        new Trainer(plan).Run();
        string expected = TrainingRun.Sha256(plan.Model);
        string path = Path.Combine(Path.GetTempPath(), $"mettle-sam-{Environment.ProcessId}.safetensors");
        var stopper = new TrainingRun.StopAfter(8);
        var first = Plan() with { CheckpointPath = path, Observers = [stopper] };
        Assert.True(new Trainer(first).Run(stopper.Token).Interrupted);
        var second = Plan() with { CheckpointPath = path };
        var trainer = new Trainer(second);
        trainer.Resume(path);
        int before = Scheduler.Threads;
        Scheduler.Threads = 1;
        trainer.Run();
        Scheduler.Threads = before;
        Assert.Equal(expected, TrainingRun.Sha256(second.Model));
        var stranger = Assert.Throws<InvalidDataException>(() => new Trainer(Plan() with { Sharpness = null }).Resume(path));
        File.Delete(path);
        Assert.Contains("sharpness", stranger.Message, StringComparison.Ordinal);

        TrainingPlan Plan() => TrainingRun.Plan() with { Sharpness = new SharpnessAware(0.2, adaptive), Escape = new SaddleEscape(0.05, 10, 3) };
    }

    [Fact]
    public void Run_FromASaddle_LeavesItOnlyWithNoise()
    {
        Assert.Equal(1.0986, Final(null), 0.01);
        Assert.InRange(Final(new SaddleEscape(0.1, 0.5, 10)), 0, 0.6);

        static double Final(SaddleEscape? escape)
        {
            // All weights 0: hidden units get no gradient, and the output layer none but by its bias.
            var model = new Sequential(new Linear(4, 16), Activation.Of("tanh"), new Linear(16, 3)).Initialize(RandomKey.FromSeed(1));
            foreach (var p in model.Parameters)
            {
                p.Value = Tensor.Zeros(p.Shape);
            }

            var plan = TrainingRun.Plan(model) with
            {
                Epochs = 40,
                Mixup = 0,
                Averaging = null,
                EarlyStopping = null,
                Optimizer = new Sgd(model.Parameters, 0.1, 0.9),
                Schedule = new ConstantSchedule(),
                Escape = escape,
            };
            new Trainer(plan).Run();
            return Evaluator.Run(model, plan.Train, plan.Loss).Loss;
        }
    }

    [Fact]
    public void Check_SettingsThatCannotWork_AreNamed()
    {
        var plan = TrainingRun.Plan();
        Assert.Contains("Rho", Assert.Throws<ArgumentException>(() => new Trainer(plan with { Sharpness = new SharpnessAware(0) })).Message, StringComparison.Ordinal);
        Assert.Contains("Eta", Assert.Throws<ArgumentException>(() => new Trainer(plan with { Sharpness = new SharpnessAware(1, true, -1) })).Message, StringComparison.Ordinal);
        Assert.Contains("every 0", Assert.Throws<ArgumentException>(() => new Trainer(plan with { Escape = new SaddleEscape(1, 1, 0) })).Message, StringComparison.Ordinal);
    }

    /// <summary>Linear, tanh, linear, cross-entropy with its gradient written out, in plain float64.</summary>
    private sealed class PlainNet
    {
        private const int Inputs = 5, Hidden = 7, Outputs = 3, FirstBias = Inputs * Hidden, Second = FirstBias + Hidden, SecondBias = Second + (Hidden * Outputs);

        public PlainNet(Module model) => Weights = [.. model.Parameters.SelectMany(p => p.Value.ToArray<double>())];

        public double[] Weights { get; }

        public void Step(double[] x, long[] target, double rate, double rho, bool adaptive, double eta)
        {
            double[] g = Gradient(Weights, x, target);
            double[] unit = [.. Weights.Select((w, i) => adaptive && !IsBias(i) ? Math.Abs(w) + eta : 1)];
            double norm = Math.Sqrt(g.Select((d, i) => unit[i] * d * (unit[i] * d)).Sum());
            double[] above = [.. Weights.Select((w, i) => w + (rho * unit[i] * unit[i] * g[i] / norm))];
            double[] gradient = Gradient(above, x, target);
            for (int i = 0; i < Weights.Length; i++)
            {
                Weights[i] -= rate * gradient[i];
            }
        }

        private static bool IsBias(int i) => i is >= FirstBias and < Second or >= SecondBias;

        private static double[] Gradient(double[] w, double[] x, long[] target)
        {
            var g = new double[w.Length];
            for (int n = 0; n < target.Length; n++)
            {
                double[] h = [.. Enumerable.Range(0, Hidden).Select(j => Math.Tanh(w[FirstBias + j] + Enumerable.Range(0, Inputs).Sum(i => w[(j * Inputs) + i] * x[(n * Inputs) + i])))];
                double[] e = [.. Enumerable.Range(0, Outputs).Select(k => Math.Exp(w[SecondBias + k] + Enumerable.Range(0, Hidden).Sum(j => w[Second + (k * Hidden) + j] * h[j])))];
                double all = e.Sum();
                double[] d = [.. e.Select((v, k) => ((v / all) - (k == target[n] ? 1 : 0)) / target.Length)];
                for (int k = 0; k < Outputs; k++)
                {
                    g[SecondBias + k] += d[k];
                    for (int j = 0; j < Hidden; j++)
                    {
                        g[Second + (k * Hidden) + j] += d[k] * h[j];
                    }
                }

                for (int j = 0; j < Hidden; j++)
                {
                    double back = (1 - (h[j] * h[j])) * Enumerable.Range(0, Outputs).Sum(k => d[k] * w[Second + (k * Hidden) + j]);
                    g[FirstBias + j] += back;
                    for (int i = 0; i < Inputs; i++)
                    {
                        g[(j * Inputs) + i] += back * x[(n * Inputs) + i];
                    }
                }
            }

            return g;
        }
    }
}

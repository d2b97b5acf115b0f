namespace Mettle.Nn.Tests;

public sealed class BatchStatisticsTests : IDisposable
{
    private readonly MemoryScope scope = MemoryScope.Begin();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Use_EvaluationPass_NormalisesByTheBatchAndLeavesTheModel()
    {
        var layer = new BatchNorm1d(2, epsilon: 0).Initialize(RandomKey.FromSeed(1));
        var x = Tensor.From<float>([1, 0, 3, 8], [2, 2]);
        var seen = new List<string>();
        Tensor y;
        using (BatchStatistics.Use((l, mean, variance, count) => seen.Add($"{l.Features} {string.Join(' ', mean.ToArray<float>())} | {string.Join(' ', variance.ToArray<float>())} | {count}")))
        {
            y = layer.Forward(x, Pass.Eval);
        }

        Assert.Equal([-1f, -1, 1, 1], y.ToArray<float>());
        Assert.Equal(["2 2 4 | 1 16 | 2"], seen);
        Assert.Equal(0, layer.BatchesTracked);
        Assert.Equal(x.ToBytes(), layer.Forward(x, Pass.Eval).ToBytes());
    }

    [Fact]
    public void Use_OfRenormAndGhost_IsThatOfBatchNorm()
    {
        var x = Tensor.Normal(RandomKey.FromSeed(3), [6, 4]);
        byte[][] results = [.. new BatchNormLayer[] { new BatchNorm1d(4), new BatchRenorm(4), new GhostBatchNorm(4, 2) }.Select(l =>
        {
            l.Initialize(RandomKey.FromSeed(1));
            using var use = BatchStatistics.Use((_, _, _, _) => { });
            return l.Forward(x, Pass.Train(RandomKey.FromSeed(2))).ToBytes();
        })];
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Fact]
    public void Dispose_BeforeAnInnerOne_Throws()
    {
        var outer = BatchStatistics.Use((_, _, _, _) => { });
        using (BatchStatistics.Use((_, _, _, _) => { }))
        {
            Assert.Throws<InvalidOperationException>(outer.Dispose);
        }

        outer.Dispose();
    }

    [Fact]
    public void Recalibrate_AllRowsAtOnce_GivesTheirStatistics()
    {
        // The second layer's statistics are those behind the first one's normalisation by all rows.
        var model = new Sequential(new BatchNorm1d(3), new Dropout(0.5), new BatchNorm1d(3)).Initialize(RandomKey.FromSeed(1));
        float[] rows = [.. Tensor.Normal(RandomKey.FromSeed(2), [10, 3]).ToArray<float>().Select((v, i) => (v * (1 + (i % 3))) + 5)];
        RunningStatistics.Recalibrate(model, ArrayDataset.Regression(rows, [3], 10, new float[10]), 100, 100, RandomKey.FromSeed(3));
        var first = (BatchNormLayer)model.Children[0].Module;
        var second = (BatchNormLayer)model.Children[2].Module;
        for (int c = 0; c < 3; c++)
        {
            double[] column = [.. rows.Where((_, i) => i % 3 == c).Select(v => (double)v)];
            double mean = column.Average(), variance = column.Sum(v => (v - mean) * (v - mean));
            Assert.Equal(mean, first.Running.Mean[c], 1e-5);
            Assert.Equal(variance / 9, first.Running.Variance[c], 1e-4 * variance);
            Assert.Equal(0, second.Running.Mean[c], 1e-5);
            Assert.Equal(10.0 / 9, second.Running.Variance[c], 1e-4);
        }
    }

    [Fact]
    public void Measure_TwoBatches_PoolsMeansAndVariances()
    {
        var layer = new BatchNorm1d(1).Initialize(RandomKey.FromSeed(1));
        var measured = RunningStatistics.Measure(layer, [[Tensor.From<float>([1, 3], [2, 1])], [Tensor.From<float>([5, 6, 10], [3, 1])]]);
        Assert.Equal(5, measured[layer].Mean[0], 1e-6);
        Assert.Equal(46.0 / 4, measured[layer].Variance[0], 1e-5);
        Assert.Equal(0, layer.Running.Mean[0]);
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(500, 1, 0)]
    [InlineData(1500, 1.5714, 2.5)]
    [InlineData(4000, 3, 5)]
    [InlineData(100000, 3, 5)]
    public void Limits_OfRenorm_WidenWithTheBatches(long batches, double scale, double shift)
    {
        var (r, d) = BatchRenorm.Limits(batches);
        Assert.Equal(scale, r, 1e-4);
        Assert.Equal(shift, d, 1e-4);
    }

    [Fact]
    public void BatchRenorm_OverItsFirstBatches_KeepsNothingOfItsBeginning()
    {
        var layer = new BatchRenorm(1).Initialize(RandomKey.FromSeed(1));
        Assert.Equal(1, layer.Beginning);
        layer.Forward(Tensor.From<float>([7, 9], [2, 1]), Pass.Train(default));
        Assert.Equal((8, 2, 0), (layer.Running.Mean[0], layer.Running.Variance[0], layer.Beginning));
        layer.Forward(Tensor.From<float>([0, 4], [2, 1]), Pass.Train(default));
        Assert.Equal((5, 5), (layer.Running.Mean[0], layer.Running.Variance[0]));
        var plain = new BatchNorm1d(1).Initialize(RandomKey.FromSeed(1));
        plain.Forward(Tensor.From<float>([7, 9], [2, 1]), Pass.Train(default));
        Assert.Equal(0.9, plain.Beginning);
    }

    [Fact]
    public void BatchRenorm_WithinItsLimits_IsTheFunctionOfEvaluationAndTakesTheCorrectionAsConstant()
    {
        var layer = new BatchRenorm(3).Initialize(RandomKey.FromSeed(1)).To(DType.F64);
        var key = RandomKey.FromSeed(2);
        layer.RunningMean.Value = Tensor.From<double>([0.2, -0.1, 0.4]);
        layer.RunningVariance.Value = Tensor.From<double>([1.2, 0.7, 1.5]);
        layer.NamedBuffers().Single(b => b.Name == "num_batches_tracked").Buffer.Value = Tensor.Scalar(5000, DType.I64);
        var x = Tensor.Normal(key.For("x"), [8, 3], dtype: DType.F64).WithGrad();
        var evaluated = layer.Forward(x, Pass.Eval).ToArray<double>();
        var (mean, variance) = (layer.RunningMean.Value, layer.RunningVariance.Value);
        var y = layer.Forward(x, Pass.Train(key));
        Assert.All(y.ToArray<double>().Zip(evaluated), v => Assert.Equal(v.Second, v.First, 1e-9));

        // With r and d held, y is a function of x through the batch's statistics alone: compare with differences of that.
        var own = x.Mean(0);
        var deviation = ((x - own.Unsqueeze(0)).Square().Mean(0) + layer.Epsilon).Sqrt().Detach();
        var r = (deviation / (variance + layer.Epsilon).Sqrt()).Detach();
        var d = ((own - mean) / (variance + layer.Epsilon).Sqrt()).Detach();
        var cotangent = Tensor.Normal(key.For("cotangent"), y.Shape, dtype: DType.F64);
        var direction = Tensor.Normal(key.For("direction"), y.Shape, dtype: DType.F64);
        var gradient = Autograd.Grad((y * cotangent).Sum(), [x])[0]!;
        double analytic = (gradient * direction).Sum().Item();
        double difference = (Held(1e-6) - Held(-1e-6)) / 2e-6;
        Assert.Equal(difference, analytic, 1e-6 * Math.Max(1, Math.Abs(difference)));

        double Held(double by)
        {
            var z = x.Detach() + (direction * by);
            var m = z.Mean(0);
            var s = ((z - m.Unsqueeze(0)).Square().Mean(0) + layer.Epsilon).Sqrt();
            return ((((z - m.Unsqueeze(0)) / s.Unsqueeze(0) * r.Unsqueeze(0)) + d.Unsqueeze(0)) * cotangent).Sum().Item();
        }
    }
}

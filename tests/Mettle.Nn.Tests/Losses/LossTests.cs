namespace Mettle.Nn.Tests;

public sealed class LossTests : IDisposable
{
    private readonly MemoryScope scope = MemoryScope.Begin();

    public void Dispose() => scope.Dispose();

    private static Tensor Logits => Tensor.From<double>([1, 2, 0.5, -1, 0, 3], [2, 3]);

    [Fact]
    public void CrossEntropy_Plain_IsTheNegativeLogProbability()
    {
        double[] expected = [-Math.Log(Softmax([1, 2, 0.5])[1]), -Math.Log(Softmax([-1, 0, 3])[0])];
        var target = Tensor.From<long>([1, 0]);
        Near(expected, new CrossEntropyLoss().PerSample(Logits, target));
        Assert.Equal(expected.Average(), new CrossEntropyLoss().Forward(Logits, target).Item(), 1e-12);
    }

    [Fact]
    public void CrossEntropy_ClassWeights_MeanIsByWeight()
    {
        double a = -Math.Log(Softmax([1, 2, 0.5])[1]), b = -Math.Log(Softmax([-1, 0, 3])[0]);
        var loss = new CrossEntropyLoss(classWeights: [3, 0.5, 1]);
        var target = Tensor.From<long>([1, 0]);
        Near([0.5 * a, 3 * b], loss.PerSample(Logits, target));
        Assert.Equal(((0.5 * a) + (3 * b)) / 3.5, loss.Forward(Logits, target).Item(), 1e-12);
    }

    [Fact]
    public void RowWeights_WithIgnoredRowsAndClassWeights_GiveTheMean()
    {
        var loss = new CrossEntropyLoss(classWeights: [3, 0.5, 1]);
        var logits = Tensor.Normal(RandomKey.FromSeed(2), [4, 3], dtype: DType.F64);
        var target = Tensor.From<long>([1, -100, 0, 2]);
        Near([0.5, 0, 3, 1], loss.RowWeights(target)!);
        double mean = loss.PerSample(logits, target).ToArray<double>().Sum() / 4.5;
        Assert.Equal(loss.Forward(logits, target).Item(), mean, 1e-12);
        Near([1, 0], new CrossEntropyLoss().RowWeights(Tensor.From<long>([1, -100, -100, -100], [2, 2]))!);
        Near([1.75, 0], loss.RowWeights(Tensor.From<long>([0, 1, -100, -100], [2, 2]))!);
    }

    [Fact]
    public void CrossEntropy_SequenceWithIgnoredSteps_MeansOverTheOthers()
    {
        var logits = Tensor.Normal(RandomKey.FromSeed(1), [2, 3, 4], dtype: DType.F64);
        var target = Tensor.From<long>([1, -100, 3, -100, 2, -100], [2, 3]);
        double L(int n, int t, int c) => -logits.Select(0, n).Select(0, t).LogSoftmax(0).ToArray<double>()[c];
        var loss = new CrossEntropyLoss(classAxis: -1);
        Near([(L(0, 0, 1) + L(0, 2, 3)) / 2, L(1, 1, 2)], loss.PerSample(logits, target));
        Assert.Equal((L(0, 0, 1) + L(0, 2, 3) + L(1, 1, 2)) / 3, loss.Forward(logits, target).Item(), 1e-12);
    }

    [Fact]
    public void SoftCrossEntropy_OneHot_EqualsCrossEntropy()
        => Near(
            new CrossEntropyLoss(labelSmoothing: 0.3).PerSample(Logits, Tensor.From<long>([1, 0])).ToArray<double>(),
            new SoftCrossEntropyLoss().PerSample(Logits, (Tensor.From<long>([1, 0]).OneHot(3).To(DType.F64) * 0.7) + 0.1));

    [Fact]
    public void KlDivergence_OwnDistribution_IsZeroAndElseCrossEntropyLessEntropy()
    {
        Near([0, 0], new KlDivergenceLoss().PerSample(Logits, Logits.Softmax()));
        var target = Tensor.From<double>([0.5, 0.5, 0, 0, 1, 0], [2, 3]);
        double[] cross = new SoftCrossEntropyLoss().PerSample(Logits, target).ToArray<double>();
        Near([cross[0] - Math.Log(2), cross[1]], new KlDivergenceLoss().PerSample(Logits, target));
    }

    [Fact]
    public void BceWithLogits_WeightedAndExtreme_IsExact()
    {
        var x = Tensor.From<double>([0, 2, -900, 900], [4, 1]);
        var y = Tensor.From<double>([1, 0, 1, 1], [4, 1]);
        Near([Math.Log(2), Math.Log(1 + Math.Exp(2)), 900, 0], new BceWithLogitsLoss().PerSample(x, y));
        Near([3 * Math.Log(2), Math.Log(1 + Math.Exp(2)), 2700, 0], new BceWithLogitsLoss(3).PerSample(x, y));
    }

    [Fact]
    public void RegressionLosses_TwoColumns_MeanPerRow()
    {
        var x = Tensor.From<double>([1, 0, 5, 0], [2, 2]);
        var y = Tensor.From<double>([0.5, 0, 2, -4], [2, 2]);
        Near([0.125, 12.5], new MseLoss().PerSample(x, y));
        Near([0.25, 3.5], new L1Loss().PerSample(x, y));
        Near([0.0625, (2 * (3 - 1.0) + (2 * (4 - 1.0))) / 2], new HuberLoss(2).PerSample(x, y));
        Near([0.03125, (2.0 + 3) / 2], new SmoothL1Loss(2).PerSample(x, y));
        Assert.Equal((0.125 + 12.5) / 2, new MseLoss().Forward(x, y).Item(), 1e-12);
    }

    [Fact]
    public void PerSample_ColumnAgainstVector_ThrowsInsteadOfBroadcasting()
    {
        Loss[] losses = [new MseLoss(), new L1Loss(), new HuberLoss(), new SmoothL1Loss(), new BceWithLogitsLoss(), new SoftCrossEntropyLoss(), new KlDivergenceLoss()];
        foreach (var loss in losses)
        {
            var e = Assert.Throws<ArgumentException>(() => loss.Forward(Tensor.Ones([4, 1]), Tensor.Ones([4])));
            Assert.Contains("needs a target [N, 1]", e.Message, StringComparison.Ordinal);
        }
    }

    private static double[] Softmax(double[] x) => [.. x.Select(v => Math.Exp(v) / x.Sum(Math.Exp))];

    private static void Near(double[] expected, Tensor actual)
    {
        double[] values = actual.To(DType.F64).ToArray<double>();
        Assert.Equal(expected.Length, values.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], values[i], 1e-7 * Math.Max(1, Math.Abs(expected[i])));
        }
    }
}

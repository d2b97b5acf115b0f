namespace Mettle.Nn.Tests;

/// <summary>Hand-worked values, and those that scikit-learn's documentation prints for the same inputs.</summary>
public sealed class MetricTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(1);

    [Fact]
    public void TopK_OfASingleLogit_CountsItsTwoClasses()
    {
        var p = Predictions.OfClasses([2, -1, 0.5f, float.NaN], 1, [1, 1, 0, 0]);
        Assert.Equal(0.25, ClassificationMetrics.TopK(p, 1));
        Assert.Equal(0.75, ClassificationMetrics.TopK(p, 5));
    }

    [Fact]
    public void Area_OfScikitLearnsExample_IsThreeQuarters()
        => Assert.Equal(0.75, RocCurve.Area([0.1, 0.4, 0.35, 0.8], [false, false, true, true]));

    [Fact]
    public void Area_WithTies_CountsThemHalf()
        => Assert.Equal(0.75, RocCurve.Area([1, 2, 2, 2], [false, true, false, true]));

    [Fact]
    public void Area_EveryPairCompared_EqualsTheRankFormula()
    {
        var scores = Enumerable.Range(0, 80).Select(i => (double)Key.Below(20, (ulong)i)).ToArray();
        var positive = Enumerable.Range(0, 80).Select(i => Key.For("label").Below(3, (ulong)i) == 0).ToArray();
        double wins = 0, pairs = 0;
        for (int i = 0; i < 80; i++)
        {
            for (int j = 0; j < 80; j++)
            {
                if (positive[i] && !positive[j])
                {
                    pairs++;
                    wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                }
            }
        }

        Assert.Equal(wins / pairs, RocCurve.Area(scores, positive), 1e-12);
    }

    [Fact]
    public void Area_WithoutAClassOrWithNaN_IsNaN()
    {
        Assert.Equal(double.NaN, RocCurve.Area([1, 2], [true, true]));
        Assert.Equal(double.NaN, RocCurve.Area([1, double.NaN, 0], [true, false, true]));
    }

    [Fact]
    public void DeLong_OfAHandWorkedSample_HasItsVariance()
    {
        // Positives' components 1/2 and 1, negatives' 1/2 and 1: each has variance 1/8, so var = 1/16 + 1/16.
        var e = RocCurve.DeLong([0.1, 0.4, 0.35, 0.8], [false, false, true, true], 0.5);
        double half = 0.6744897501960817 * Math.Sqrt(0.125);
        Assert.Equal(0.75, e.Value);
        Assert.Equal(0.75 - half, e.Low, 1e-9);
        Assert.Equal(0.75 + half, e.High, 1e-9);
        Assert.Equal(1, RocCurve.DeLong([0.1, 0.4, 0.35, 0.8], [false, false, true, true]).High);
    }

    [Fact]
    public void Area_OfThreeClasses_IsTheMeanOfOneAgainstTheRest()
    {
        // Probabilities are ordered as these logits within each column. Class 0: 1; class 1: 3 of 4 pairs; class 2: 1.
        var p = Predictions.OfClasses(Logs([[0.8, 0.1, 0.1], [0.3, 0.3, 0.4], [0.1, 0.2, 0.7], [0.15, 0.35, 0.5], [0.6, 0.32, 0.08]]), 3, [0, 1, 2, 1, 0]);
        double first = 1, second = RocCurve.Area([0.1, 0.3, 0.2, 0.35, 0.32], [false, true, false, true, false]), third = 1;
        Assert.Equal((first + second + third) / 3, RocCurve.Area(p), 1e-12);
        Assert.Equal(5.0 / 6, second, 1e-12);
    }

    [Fact]
    public void ConfusionMatrix_OfScikitLearnsExample_GivesItsAverages()
    {
        var m = ConfusionMatrix.Of(Certain([0, 2, 1, 0, 0, 1], [0, 1, 2, 0, 1, 2], 3));
        Assert.Equal(2.0 / 9, m.MacroPrecision, 1e-12);
        Assert.Equal(1.0 / 3, m.MacroRecall, 1e-12);
        Assert.Equal(4.0 / 15, m.MacroF1, 1e-12);
        Assert.Equal(1.0 / 3, m.Accuracy, 1e-12);
        Assert.Equal([2, 0, 0, 1, 0, 1, 0, 2, 0], Enumerable.Range(0, 9).Select(i => m[i / 3, i % 3]));
    }

    [Fact]
    public void LogLoss_OfScikitLearnsExample_IsItsValue()
        => Assert.Equal(0.21616187468057912, Metric.Named("log-loss").Of(
            Predictions.OfClasses(Logs([[.1, .9], [.9, .1], [.8, .2], [.35, .65]]), 2, [1, 0, 0, 1])), 1e-6);

    [Fact]
    public void TopK_OfScikitLearnsExample_IsItsValue()
    {
        var p = Predictions.OfClasses([0.5f, 0.2f, 0.2f, 0.3f, 0.4f, 0.2f, 0.2f, 0.4f, 0.3f, 0.7f, 0.2f, 0.1f], 3, [0, 1, 2, 2]);
        Assert.Equal(0.75, ClassificationMetrics.TopK(p, 2));
        Assert.Equal(1, ClassificationMetrics.TopK(p, 3));
    }

    [Fact]
    public void CalibrationError_OfHandWorkedBins_WeighsTheirGaps()
    {
        // Two rows at confidence 0.9, one right: gap 0.4. Two at 0.6, both right: gap 0.4. Mean 0.4.
        var p = Predictions.OfClasses(Logs([[.9, .1], [.9, .1], [.6, .4], [.6, .4]]), 2, [0, 1, 0, 0]);
        Assert.Equal(0.4, ClassificationMetrics.CalibrationError(p, 10), 1e-6);
        // Confidences 0.9 and 0.6 in one bin of (0.5, 1]: accuracy 3/4, confidence 3/4.
        Assert.Equal(0, ClassificationMetrics.CalibrationError(p, 2), 1e-6);
    }

    [Fact]
    public void Regression_OfScikitLearnsExample_GivesItsValues()
    {
        var p = Predictions.OfValues([2.5f, 0, 2, 8], 1, [3, -0.5f, 2, 7]);
        Assert.Equal(0.375, Metric.Named("mse").Of(p), 1e-12);
        Assert.Equal(0.6123724356957945, Metric.Named("rmse").Of(p), 1e-12);
        Assert.Equal(0.5, Metric.Named("mae").Of(p), 1e-12);
        Assert.Equal(0.9486081370449679, Metric.Named("r2").Of(p), 1e-12);
    }

    [Fact]
    public void Accuracy_OfOneLogit_TakesItsSignAndNaNAsWrong()
        => Assert.Equal(0.5, Metric.Named("accuracy").Of(Predictions.OfClasses([2, -1, float.NaN, 3], 1, [1, 0, 0, 0])));

    [Fact]
    public void Wilson_OfEightInTen_IsTheKnownInterval()
    {
        var e = Estimates.Wilson(8, 10);
        Assert.Equal(0.4901625, e.Low, 1e-6);
        Assert.Equal(0.9433178, e.High, 1e-6);
        Assert.Equal(0, Estimates.Wilson(0, 5).Low);
    }

    [Theory]
    [InlineData(0.975, 1.959963984540054)]
    [InlineData(0.5, 0)]
    [InlineData(0.001, -3.090232306167813)]
    [InlineData(0.999999, 4.753424308822899)]
    public void Quantile_OfTheNormalDistribution_IsTheTabledValue(double p, double expected)
        => Assert.Equal(expected, NormalDistribution.Quantile(p), 1e-9);

    [Fact]
    public void Bootstrap_OfTheMeanError_AgreesWithTheNormalInterval()
    {
        var outputs = Enumerable.Range(0, 400).Select(i => (float)Key.Normal((ulong)i)).ToArray();
        var p = Predictions.OfValues(outputs, 1, new float[400]);
        var normal = Metric.Named("mae").Estimate(p, Key);
        var boot = Estimates.Bootstrap(p, q => RegressionMetrics.AbsoluteErrors(q).Average(), Key);
        Assert.Equal(normal.Value, boot.Value);
        Assert.Equal(normal.Low, boot.Low, 0.01);
        Assert.Equal(normal.High, boot.High, 0.01);
        Assert.Equal(boot, Estimates.Bootstrap(p, q => RegressionMetrics.AbsoluteErrors(q).Average(), Key));
    }

    [Fact]
    public void Estimate_OfEveryMetric_EnclosesItsValue()
    {
        var logits = Enumerable.Range(0, 120).Select(i => (float)Key.Normal((ulong)i)).ToArray();
        var classes = Predictions.OfClasses(logits, 3, [.. Enumerable.Range(0, 40).Select(i => i % 3)]);
        var values = Predictions.OfValues(logits, 1, new float[120].Select((_, i) => logits[i] + (i % 2)).ToArray());
        foreach (var metric in Metric.All)
        {
            var e = metric.Estimate(metric.OfClasses ? classes : values, Key);
            Assert.Equal(metric.Of(metric.OfClasses ? classes : values), e.Value, 1e-12);
            Assert.InRange(e.Value, e.Low, e.High);
        }
    }

    [Fact]
    public void Named_Unknown_ListsAllNames()
        => Assert.Contains("accuracy, top5, auc", Assert.Throws<ArgumentException>(() => Metric.Named("accurcy")).Message, StringComparison.Ordinal);

    private static float[] Logs(double[][] probabilities) => [.. probabilities.SelectMany(r => r).Select(p => (float)Math.Log(p))];

    private static Predictions Certain(int[] predicted, int[] actual, int classes)
        => Predictions.OfClasses([.. predicted.SelectMany(c => Enumerable.Range(0, classes).Select(k => k == c ? 1f : 0f))], classes, actual);
}

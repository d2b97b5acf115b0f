namespace Mettle.Nn;

/// <summary>A number that says how good predictions are, by name.</summary>
public sealed class Metric
{
    private readonly Func<Predictions, double> of;
    private readonly Func<Predictions, double, RandomKey, Estimate>? interval;

    private Metric(string name, bool higherIsBetter, bool ofClasses, Func<Predictions, double> of, Func<Predictions, double, RandomKey, Estimate>? interval = null)
    {
        Name = name;
        HigherIsBetter = higherIsBetter;
        OfClasses = ofClasses;
        this.of = of;
        this.interval = interval;
    }

    /// <summary>All metrics.</summary>
    public static IReadOnlyList<Metric> All { get; } =
    [
        new("accuracy", true, true, p => ConfusionMatrix.Of(p).Accuracy, (p, c, _) => Estimates.Wilson(ConfusionMatrix.Of(p).Correct, p.Count, c)),
        new("top5", true, true, p => ClassificationMetrics.TopK(p, 5), (p, c, _) => Estimates.Wilson((int)Math.Round(ClassificationMetrics.TopK(p, 5) * p.Count), p.Count, c)),
        new("auc", true, true, RocCurve.Area, (p, c, key) => p.Classes == 2 ? RocCurve.DeLong(p, c) : Estimates.Bootstrap(p, RocCurve.Area, key, c)),
        new("precision", true, true, p => ConfusionMatrix.Of(p).MacroPrecision),
        new("recall", true, true, p => ConfusionMatrix.Of(p).MacroRecall),
        new("f1", true, true, p => ConfusionMatrix.Of(p).MacroF1),
        new("log-loss", false, true, p => ClassificationMetrics.LogLosses(p).Average(), (p, c, _) => Estimates.MeanOfLosses(ClassificationMetrics.LogLosses(p), c)),
        new("calibration-error", false, true, p => ClassificationMetrics.CalibrationError(p)),
        new("mse", false, false, p => RegressionMetrics.SquaredErrors(p).Average(), (p, c, _) => Estimates.MeanOfLosses(RegressionMetrics.SquaredErrors(p), c)),
        new("rmse", false, false, p => Math.Sqrt(RegressionMetrics.SquaredErrors(p).Average())),
        new("mae", false, false, p => RegressionMetrics.AbsoluteErrors(p).Average(), (p, c, _) => Estimates.MeanOfLosses(RegressionMetrics.AbsoluteErrors(p), c)),
        new("r2", true, false, RegressionMetrics.R2),
    ];

    /// <summary>Name, as recipes write it.</summary>
    public string Name { get; }

    /// <summary>Whether more is better.</summary>
    public bool HigherIsBetter { get; }

    /// <summary>Whether it judges classes; otherwise values.</summary>
    public bool OfClasses { get; }

    /// <summary>The metric called <paramref name="name"/>; throws <see cref="ArgumentException"/> listing all names.</summary>
    public static Metric Named(string name)
        => All.FirstOrDefault(m => m.Name == name)
            ?? throw new ArgumentException($"There is no metric '{name}'; there are {string.Join(", ", All.Select(m => m.Name))}.");

    /// <summary>The metric's value; NaN where it is undefined (no rows, a class missing, NaN outputs).</summary>
    public double Of(Predictions predictions) => predictions.Count == 0 ? double.NaN : of(predictions);

    /// <summary>
    /// The value with its interval: Wilson for proportions, DeLong for the binary AUC, normal for means, else a bootstrap over
    /// rows with <paramref name="key"/>.
    /// </summary>
    public Estimate Estimate(Predictions predictions, RandomKey key, double confidence = 0.95)
        => interval is null ? Estimates.Bootstrap(predictions, of, key, confidence) : interval(predictions, confidence, key);
}

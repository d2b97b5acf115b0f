using MathNet.Numerics.Distributions;

namespace Mettle.Challenges.Optimisation;

/// <summary>
/// By how much the validation loss jumps from epoch to epoch in the second half of training, whatever its trend: the noise that the
/// last steps left in the weights. A learning rate that does not fall never lets it settle.
/// </summary>
/// <remarks>
/// Deviation by second differences, which a smooth curve hardly touches (Gasser, Sroka and Jennen-Steinmetz, Biometrika 73, 1986). For
/// independent noise their mean square has the variance of a chi-square with about 18/35 of a degree of freedom each.
/// </remarks>
public sealed class EndNoise : Check
{
    private const int Fewest = 8, FewestPoints = 6;
    private const double Threshold = 0.01, FreedomOfOne = 18 / 35.0;

    /// <inheritdoc/>
    public override string Name => "end-noise";

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        if (subject.LossIsOfTasks is { } why)
        {
            return CheckResult.Skip(why);
        }

        var h = subject.Model.Result.History;
        double[] losses = [.. h.Select(e => e.ValidationLoss ?? double.NaN)];
        if (subject.Model.Validation is null || h.Count < Fewest)
        {
            return CheckResult.Skip(h.Count < Fewest ? $"{h.Count} epochs; noise between the last ones needs {Fewest}." : "No validation rows are held out: set data.validation above 0.");
        }

        double[] end = [.. losses.TakeLast(Math.Max(FewestPoints, h.Count / 2))];
        double level = end.Average();
        if (!Array.TrueForAll(end, l => double.IsFinite(l) && l > 0))
        {
            return CheckResult.Skip("Losses that are not finite and above 0 have no noise to speak of.");
        }

        double[] bends = [.. Enumerable.Range(0, end.Length - 2).Select(i => end[i] - (2 * end[i + 1]) + end[i + 2])];
        double noise = Math.Sqrt(bends.Average(b => b * b) / 6) / level, freedom = FreedomOfOne * bends.Length;
        var interval = new Interval(noise * Math.Sqrt(freedom / ChiSquared.InvCDF(freedom, 0.975)), noise * Math.Sqrt(freedom / ChiSquared.InvCDF(freedom, 0.025)));
        bool settles = RateChange.EndsLow(subject.Recipe) || subject.Recipe["train.averaging"].HasValue;
        bool over = noise > Threshold && !settles;
        double[] x = [.. h.Select(e => e.Epoch + 1.0)];
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            over ? $"The last steps left noise in the weights: the validation loss jumps by {100 * noise:0.0} % from epoch to epoch."
                : settles ? "The weights came to rest by a falling rate or an average." : "The validation loss hardly jumps from epoch to epoch.",
            $"Deviation of the validation loss around its trend over the last {end.Length} of {h.Count} epochs, by second differences, as a share of its mean; interval and p-value by the chi-square distribution. A rate that falls, or an average of weights, takes this noise away.",
            new Measurement("deviation of the validation loss between epochs", noise, interval, "%"),
            Threshold,
            settles ? 1 : 1 - ChiSquared.CDF(freedom, freedom * noise * noise / (Threshold * Threshold)),
            over ? Severity.Problem : Severity.Fine,
            [new LineChart("Validation loss", "epoch", "loss", [new Series("validation", x, losses)])],
            over ? ["ema", "one-cycle", "swa", "cosine-decay"] : []));
    }
}

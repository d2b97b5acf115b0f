using MathNet.Numerics.Distributions;
using Mettle.Nn;

namespace Mettle.Challenges.Optimisation;

/// <summary>
/// Whether the loss was still falling when training ended: a straight line through the logarithm of the last fifth of the
/// epochs' losses (validation where there is one), and what it promises for a quarter more of epochs.
/// </summary>
public sealed class NotConverged : Check
{
    private const int Fewest = 6;
    private const double Share = 0.2, More = 0.25, Threshold = 0.05;

    /// <inheritdoc/>
    public override string Name => "not-converged";

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        if (subject.LossIsOfTasks is { } why)
        {
            return CheckResult.Skip(why);
        }

        var h = subject.Model.Result.History;
        double[] losses = [.. h.Select(e => e.ValidationLoss ?? e.TrainLoss)];
        int n = Math.Max(Fewest, (int)(Share * h.Count));
        if (h.Count < Fewest || !losses.All(l => double.IsFinite(l) && l > 0))
        {
            return CheckResult.Skip(h.Count < Fewest ? $"{h.Count} epochs; a trend needs {Fewest}." : "Losses that are not finite and above 0 have no logarithm.");
        }

        double[] y = [.. losses.TakeLast(n).Select(l => Math.Log(l))];
        var (slope, error) = Line(y);
        double ahead = More * h.Count;
        double t = StudentT.InvCDF(0, 1, n - 2, 0.975);
        double fall = 1 - Math.Exp(slope * ahead);
        var interval = new Interval(1 - Math.Exp((slope + (t * error)) * ahead), 1 - Math.Exp((slope - (t * error)) * ahead));
        double limit = Math.Log(1 - Threshold) / ahead;
        double p = error > 0 ? StudentT.CDF(0, 1, n - 2, (slope - limit) / error) : slope < limit ? 0 : 1;
        bool over = fall > Threshold;
        string which = h[^1].ValidationLoss is null ? "training" : "validation";
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            !over ? $"The {which} loss was not falling any more at the end."
                : $"The {which} loss was still falling at the end: a quarter more epochs would take off about {100 * fall:0} %.",
            $"Least squares on the logarithm of the {which} loss over the last {n} of {h.Count} epochs, carried on for {ahead:0.#} epochs; Student's t, the residuals' autocorrelation taken into the error. A schedule that has fallen to 0 must come to rest wherever it is.",
            new Measurement($"further fall of the {which} loss", fall, interval, "%"),
            Threshold,
            p,
            over ? Severity.Problem : Severity.Fine,
            [Chart(h)],
            over ? ["rate-range-test", "longer-training", "one-cycle", "muon", "adamw"] : []));
    }

    // Residuals of neighbouring epochs resemble each other: the error grows by (1 + r) / (1 - r).
    private static (double Slope, double Error) Line(double[] y)
    {
        int n = y.Length;
        double mid = (n - 1) / 2.0, mean = y.Average(), xx = 0, xy = 0;
        for (int i = 0; i < n; i++)
        {
            xx += (i - mid) * (i - mid);
            xy += (i - mid) * (y[i] - mean);
        }

        double slope = xy / xx;
        double[] rest = [.. y.Select((v, i) => v - mean - (slope * (i - mid)))];
        double squares = rest.Sum(r => r * r);
        double r1 = squares > 0 ? Math.Clamp(rest.Zip(rest.Skip(1), (a, b) => a * b).Sum() / squares, 0, 0.9) : 0;
        return (slope, Math.Sqrt(squares / (n - 2) / xx * (1 + r1) / (1 - r1)));
    }

    private static LineChart Chart(IReadOnlyList<EpochInfo> h)
    {
        double[] x = [.. h.Select(e => e.Epoch + 1.0)];
        return new LineChart("Loss", "epoch", "loss",
            [new Series("training", x, [.. h.Select(e => e.TrainLoss)]), new Series("validation", x, [.. h.Select(e => e.ValidationLoss ?? double.NaN)])], LogY: h.All(e => e.TrainLoss > 0));
    }
}

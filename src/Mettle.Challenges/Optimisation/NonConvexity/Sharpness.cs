using MathNet.Numerics.Distributions;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>
/// How much the loss of training rows rises when every weight is off by a tenth of itself, up or down at random, as a share of the constant
/// answer's loss. A flat minimum hardly notices; one that rests on finely balanced weights does.
/// </summary>
public sealed class Sharpness : Check
{
    /// <summary>By how much of itself each weight is off.</summary>
    public const double Share = 0.1;

    private const int Draws = 8;
    private const int MostRows = 128;
    private const int SlicePoints = 13, SliceRows = 64;

    // Forward passes per row: without noise, and with each draw.
    private const double Passes = (1 + Draws) * CheckBudget.Forward;

    // A fiftieth of the constant answer's loss: noise-free fits of real data stay far below, fits of wrong labels far above.
    private const double Threshold = 0.02;

    /// <inheritdoc/>
    public override string Name => "sharpness";

    /// <inheritdoc/>
    public override double Wants(Subject subject) => Passes * Math.Min(MostRows, subject.Experiment.Data.Encoded.Train.Count);

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        if (ExaminedSurface.Problem(subject) is { } problem)
        {
            return CheckResult.Skip(problem);
        }

        double constant = ExaminedSurface.Constant(subject);
        int rows = subject.Budget.Rows(Math.Min(MostRows, subject.Experiment.Data.Encoded.Train.Count), Passes);
        var examined = ExaminedSurface.Of(subject, 0, rows);
        double[][] rises = RelativeNoise.Rises(examined.Surface, examined.RowLosses, Share, Draws, subject.Key.For("noise"));
        var (mean, error) = Mean(rises);
        if (!double.IsFinite(mean + error))
        {
            return CheckResult.Skip("The model's outputs are not finite, as they are or under noise.");
        }

        mean /= constant;
        error /= constant;
        double t = StudentT.InvCDF(0, 1, Draws - 1, 0.975);
        bool over = mean > Threshold;
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            over ? $"The minimum is sharp: weights off by {100 * Share:0} % raise the loss by {100 * mean:0.0} % of a constant answer's." : $"The minimum is flat: weights off by {100 * Share:0} % raise the loss by {100 * mean:0.0} % of a constant answer's.",
            $"Each weight was moved by {100 * Share:0} % of itself, up or down at random, {Draws} times, and the loss of {rows} training rows compared with that of the weights as they are; in units of the loss of always giving {(subject.Model.Train.Task == LearningTask.Classification ? "the classes' shares" : "the mean")} ({constant:0.000}). Noise in units of each weight makes the measure the same for networks that differ only in the size of their weights. Interval and p-value by Student's t with the spread over draws and over rows added. Sharp minima often go with fits of wrong labels and with weights that do not bear rounding.",
            new Measurement("rise of the loss under weight noise, of a constant answer's loss", mean, new Interval(mean - (t * error), mean + (t * error)), "%"),
            Threshold,
            error > 0 ? 1 - StudentT.CDF(0, 1, Draws - 1, (mean - Threshold) / error) : over ? 0 : 1,
            over ? Severity.Problem : Severity.Fine,
            Slice(subject, rows),
            over ? ["sam", "asam", "swa", "weight-decay", "warm-restarts", "snapshot-ensemble"] : []));
    }

    // Crossed draws and rows: the variance of the mean is at most that of draws' means and that of rows' means together.
    private static (double Mean, double Error) Mean(double[][] rises)
    {
        double[] byDraw = [.. rises.Select(d => d.Average())];
        double[] byRow = [.. Enumerable.Range(0, rises[0].Length).Select(i => rises.Average(d => d[i]))];
        return (byDraw.Average(), Math.Sqrt((Variance(byDraw) / byDraw.Length) + (Variance(byRow) / byRow.Length)));
    }

    private static double Variance(double[] values)
    {
        double mean = values.Average();
        return values.Length < 2 ? 0 : values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1);
    }

    // A picture only where the training was so long that it is a small part of what checks may spend.
    private static IReadOnlyList<Evidence> Slice(Subject subject, int available)
    {
        double passes = 2 * SlicePoints * CheckBudget.Forward;
        int rows = Math.Min(SliceRows, available);
        if (subject.Budget.Granted - subject.Budget.Spent < passes * rows || passes * rows > ExaminedSurface.PictureShare * CheckBudget.Share * subject.TrainingRowPasses)
        {
            return [];
        }

        var surface = ExaminedSurface.Of(subject, 0, subject.Budget.Rows(rows, passes)).Surface;
        double[] steps = [.. Enumerable.Range(0, SlicePoints).Select(i => (2.0 * i / (SlicePoints - 1)) - 1)];
        return
        [
            new LineChart("Loss along two random filter-normalised directions", "step, in lengths of each filter", "loss",
            [
                .. Enumerable.Range(0, 2).Select(k => new Series(
                    $"direction {k + 1}",
                    steps,
                    LossSlice.Along(surface, LossSlice.RandomDirection(surface, subject.Key.For("slice").At(k)), steps))),
            ]),
        ];
    }
}

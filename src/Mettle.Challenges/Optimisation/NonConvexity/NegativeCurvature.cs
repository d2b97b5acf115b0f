using System.Globalization;
using Mettle.Nn;

namespace Mettle.Challenges.Optimisation;

/// <summary>
/// Whether training ended on a saddle: the direction in which the loss is curved down most is sought on some training rows, and
/// what steps both ways along it take off the loss is measured on others.
/// </summary>
public sealed class NegativeCurvature : Check
{
    private const int Steps = 8;
    private const int MostRows = 128;
    private const int DensityProbes = 8, DensityRows = 32;

    // Passes that recording the gradient and a product with the Hessian take as long as, measured on small networks.
    private const double Graph = 2, Product = 4;

    // What the products cost whatever the rows (ops, vectors over all weights), in row-passes of a network of so many weights:
    // measured on small networks, where it is most of the cost; the rows of larger ones are dearer.
    private const double FixedPasses = 6000, FixedAt = 10_000;

    // A hundredth of the constant answer's loss, to be had by a step that no gradient points to.
    private const double Threshold = 0.01;

    private static readonly double[] Lengths = [0.01, 0.03, 0.1, 0.3];

    // Of two rows one is sought on and one measured on.
    private static readonly double Passes = (Graph + (Steps * Product) + (((2 * Lengths.Length) + 1 + 3) * CheckBudget.Forward)) / 2;

    private static readonly double DensityPasses = Graph + (DensityProbes * Steps * Product);

    /// <inheritdoc/>
    public override string Name => "negative-curvature";

    /// <inheritdoc/>
    public override double Wants(Subject subject)
        => Fixed(subject) + (Passes * Math.Min(MostRows, subject.Experiment.Data.Encoded.Train.Count)) + (ShowsDensity(subject) ? DensityPasses * DensityRows : 0);

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        int available = subject.Experiment.Data.Encoded.Train.Count;
        if (ExaminedSurface.Problem(subject) is { } problem)
        {
            return CheckResult.Skip(problem);
        }

        if (available < 8)
        {
            return CheckResult.Skip("It needs 8 training rows at least.");
        }

        double left = subject.Budget.Granted - subject.Budget.Spent;
        double least = Fixed(subject) + (Passes * Math.Min(CheckBudget.FewestRows, available));
        if (left < least)
        {
            return CheckResult.Skip($"The training was too short to pay for it: it costs as much as {least:0} row-passes at least, and {Math.Max(0, left):0} are left of what checks may spend.");
        }

        subject.Budget.Rows(1, Fixed(subject));
        int half = subject.Budget.Rows(Math.Min(MostRows, available), Passes) / 2;
        try
        {
            return Look(subject, challenge, half);
        }
        catch (ArithmeticException e)
        {
            return CheckResult.Skip(e.Message);
        }
    }

    private static double Fixed(Subject subject) => FixedPasses * FixedAt / Math.Max(FixedAt, subject.Model.Module.ParameterCount);

    private CheckResult Look(Subject subject, ChallengeId challenge, int half)
    {
        double constant = ExaminedSurface.Constant(subject);
        var sought = ExaminedSurface.Of(subject, 0, half);
        var measured = ExaminedSurface.Of(subject, half, half);
        if (!sought.IsFinite || !measured.IsFinite)
        {
            return CheckResult.Skip("The model's outputs are not finite, so there is no loss around it.");
        }

        SpectrumEnds ends;
        using (MemoryScope.Begin("curvature"))
        {
            ends = EigenSolver.Solve(sought.Surface.Hessian(), 1, 1, subject.Key.For("lanczos"), 1e-2, Math.Max(2, Math.Min(Steps, sought.Surface.Dimension)));
        }

        var down = ends.Bottom[0];
        double[] home = sought.Surface.Point();
        double size = Math.Max(Math.Sqrt(home.Sum(w => w * w)), UsualLength(sought.Surface));
        double[] lengths = [.. Lengths.Select(l => l * size)];
        double[] here = sought.RowLossesAt(home);
        double[] drops = [.. lengths.Select(l => Drops(sought, here, home, down.Vector, l).Average())];
        double best = lengths[Array.IndexOf(drops, drops.Max())];
        double[] rows = [.. Drops(measured, measured.RowLossesAt(home), home, down.Vector, best).Select(d => d / constant)];
        var (mean, interval, p) = Statistics.PairedT(rows, threshold: Threshold);
        bool over = mean > Threshold;
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            over ? $"Training ended near a saddle: there is a direction along which the loss is curved down by {100 * mean:0.0} % of a constant answer's." : "Training did not end on a saddle: along its most negative curvature the loss hardly falls.",
            $"The Hessian's smallest eigenvalue on {half} training rows by {ends.Products} Lanczos steps is {Show(down.Value)} beside a largest of {Show(ends.Top[0].Value)}. On {half} other rows a step of length {Show(best)} along its eigenvector was taken both ways (the weights have length {Show(size)}); measured is what the mean of the two losses falls by, which is curvature alone: the slope cancels. One of the two ways gains at least as much. Paired by row (Student's t), in units of the constant answer's loss ({constant:0.000}).",
            new Measurement("fall of the loss along the most negative curvature, of a constant answer's loss", mean, interval, "%"),
            Threshold,
            p,
            over ? Severity.Problem : Severity.Fine,
            [Table(ends), .. Density(subject)],
            over ? ["saddle-escape", "warm-restarts", "sam"] : []));
    }

    // Of PyTorch's first weights, each unit's of variance 1 / (3 inputs): weights that are all but 0 set no scale themselves.
    private static double UsualLength(LossSurface surface) => Math.Sqrt(surface.Parameters.Where(p => p.Shape.Rank >= 2).Sum(p => p.Shape[0]) / 3.0);

    private static double[] Drops(ExaminedSurface surface, double[] here, double[] home, double[] direction, double length)
    {
        double[] forth = surface.RowLossesAt(Moved(home, direction, length)), back = surface.RowLossesAt(Moved(home, direction, -length));
        return [.. here.Select((l, i) => Finite(l - ((forth[i] + back[i]) / 2)))];
    }

    private static double[] Moved(double[] home, double[] direction, double step)
    {
        var point = new double[home.Length];
        for (int i = 0; i < point.Length; i++)
        {
            point[i] = home[i] + (step * direction[i]);
        }

        return point;
    }

    // Where a step leads out of what float32 can hold, nothing is gained.
    private static double Finite(double drop) => double.IsFinite(drop) ? drop : -1;

    private static TableEvidence Table(SpectrumEnds ends) => new(
        "Ends of the Hessian's spectrum",
        ["", "eigenvalue", "residual"],
        [["largest", Show(ends.Top[0].Value), Show(ends.Top[0].Residual)], ["smallest", Show(ends.Bottom[0].Value), Show(ends.Bottom[0].Residual)]]);

    private static bool ShowsDensity(Subject subject)
        => subject.Experiment.Data.Encoded.Train.Count >= DensityRows
            && DensityPasses * DensityRows <= ExaminedSurface.PictureShare * CheckBudget.Share * subject.TrainingRowPasses;

    private static IReadOnlyList<Evidence> Density(Subject subject)
    {
        if (!ShowsDensity(subject) || subject.Budget.Granted - subject.Budget.Spent < DensityPasses * DensityRows)
        {
            return [];
        }

        subject.Budget.Rows(DensityRows, DensityPasses);
        using var scope = MemoryScope.Begin("density");
        var d = SpectralDensity.Estimate(
            ExaminedSurface.Of(subject, 0, DensityRows).Surface.Hessian(), subject.Key.For("density"), Steps, tolerance: 0, mostProbes: DensityProbes, width: 0.02, points: 101);
        return
        [
            new LineChart($"Density of the Hessian's eigenvalues ({d.Probes} random vectors, {100 * d.Negative:0.0} ± {100 * d.NegativeError:0.0} % of it below 0)", "eigenvalue", "density", [
                new Series("density", d.At, d.Density),
                new Series("+ 2 standard errors", d.At, [.. d.Density.Select((v, i) => v + (2 * d.StandardError[i]))]),
                new Series("- 2 standard errors", d.At, [.. d.Density.Select((v, i) => Math.Max(0, v - (2 * d.StandardError[i])))]),
            ]),
        ];
    }

    private static string Show(double v) => v.ToString("0.####", CultureInfo.InvariantCulture);
}

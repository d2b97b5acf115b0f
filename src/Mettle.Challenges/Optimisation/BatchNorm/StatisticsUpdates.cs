using System.Globalization;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>
/// Whether the running statistics have seen enough batches: the share of them that is still the mean of 0 and variance of 1
/// they began with, (1 - momentum)^batches. A count, so exact.
/// </summary>
public sealed class StatisticsUpdates : Check
{
    // A running variance that is off by a twentieth moves outputs by a fortieth: little against the spread of any batch.
    private const double Threshold = 0.05;

    /// <inheritdoc/>
    public override string Name => "statistics-updates";

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        var layers = subject.Model.Module.NamedModules().Select(m => m.Module).OfType<BatchNormLayer>().ToList();
        if (layers.Count == 0)
        {
            return CheckResult.Skip("The model has no batch norm.");
        }

        if (subject.Recipe["train.recalibrate"].Int() > 0)
        {
            return CheckResult.Skip("The statistics were computed afresh at the end of training.");
        }

        var worst = layers.MaxBy(l => l.Beginning)!;
        double share = worst.Beginning;
        int together = worst.RowsTogether(Norms.RowsOfAPart(subject.Recipe));
        double rows = together * ((2 / worst.Momentum) - 1);
        bool over = share > Threshold;
        string percent = (100 * share).ToString(share < 0.01 ? "0.####" : "0", CultureInfo.InvariantCulture);
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            over
                ? $"The running statistics of '{worst.Path}' ({worst.GetType().Name}) are {percent} % what they began with: {worst.BatchesTracked} batches were too few."
                : $"The running statistics have seen {worst.BatchesTracked} batches, enough to forget what they began with.",
            string.Create(CultureInfo.InvariantCulture, $"Each batch replaces {worst.Momentum:0.###} of the running statistics (momentum), {(worst is BatchRenorm ? "the first more" : $"so (1 - {worst.Momentum:0.###})^{worst.BatchesTracked} of them is still mean 0 and variance 1")}. What they average over is worth about {rows:0} rows ({(2 / worst.Momentum) - 1:0} batches of {together}).")
                + (worst.Momentum == 0 ? " With momentum 0 they never change." : ""),
            new Measurement("share of the running statistics that is their beginning", share, null, "%"),
            Threshold,
            null,
            over ? Severity.Problem : Severity.Fine,
            [],
            over ? ["recalibrate-statistics", "group-norm"] : [])
        {
            Place = over ? new Place { Layer = $"{worst.Path} ({worst.GetType().Name})" } : null,
        });
    }
}

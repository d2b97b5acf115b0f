namespace Mettle.Challenges.Optimisation;

/// <summary>Counts epochs whose training loss rose far above the best before: by half of it, and by a twentieth of the first epoch's.</summary>
public sealed class Spikes : Check
{
    private const double Times = 1.5, OfFirst = 0.05;

    /// <inheritdoc/>
    public override string Name => "spikes";

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        if (subject.LossIsOfTasks is { } why)
        {
            return CheckResult.Skip(why);
        }

        var h = subject.Model.Result.History;
        if (h.Count < 3 || h.Any(e => !double.IsFinite(e.TrainLoss)))
        {
            return CheckResult.Skip(h.Count < 3 ? $"{h.Count} epochs; a spike stands out of at least 3." : "Some epoch's loss is not finite; see the check breakdowns.");
        }

        double best = h[0].TrainLoss;
        var spikes = new List<Mark>();
        foreach (var e in h.Skip(1))
        {
            if (e.TrainLoss > Times * best && e.TrainLoss - best > OfFirst * Math.Abs(h[0].TrainLoss))
            {
                spikes.Add(new Mark(e.Epoch + 1, "spike"));
            }

            best = Math.Min(best, e.TrainLoss);
        }

        bool restarts = subject.Recipe["train.schedule"].Text() == "warm-restarts";
        bool problem = spikes.Count > 0 && !restarts;
        double[] x = [.. h.Select(e => e.Epoch + 1.0)];
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            spikes.Count == 0 ? "The training loss had no spikes." : $"The training loss jumped up in {spikes.Count} of {h.Count} epochs{(restarts ? ", as warm restarts make it" : "")}.",
            "Epochs whose mean training loss is half above the best before and higher by at least a twentieth of the first epoch's. The steps' own spikes are the check breakdowns.",
            new Measurement("epochs with a spike", spikes.Count),
            0,
            null,
            problem ? Severity.Problem : Severity.Fine,
            [new LineChart("Training loss", "epoch", "loss", [new Series("training", x, [.. h.Select(e => e.TrainLoss)])], LogY: h.All(e => e.TrainLoss > 0)) { Marks = spikes }],
            problem ? ["gradient-clipping", "cosine-decay", "rate-range-test", "warm-up"] : []));
    }
}

using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Whether training ended while its loss was still falling, so that more of it would lead on.</summary>
public sealed class StillFalling : Check
{
    // Of all that training took off, what its last quarter may still bring when it is about done.
    private const double Threshold = 0.05;

    /// <inheritdoc/>
    public override string Name => "still-falling";

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        if (subject.LossIsOfTasks is { } why)
        {
            return CheckResult.Skip(why);
        }

        var history = subject.Model.Result.History;
        double[] losses = [.. history.Select(e => e.TrainLoss)];
        if (losses.Length < EndSlope.FewestEpochs)
        {
            return CheckResult.Skip($"The training had {losses.Length} epochs; a slope at the end with an interval needs {EndSlope.FewestEpochs}.");
        }

        if (!Array.TrueForAll(losses, double.IsFinite) || losses[0] - losses.Min() <= 0)
        {
            return CheckResult.Skip("The training loss never fell.");
        }

        double total = losses[0] - losses.Min();
        var end = EndSlope.Of(losses);
        double[] seen = [.. history.Select(e => e.ValidationLoss ?? double.NaN)];
        bool rises = Array.TrueForAll(seen, double.IsFinite) && EndSlope.Of(seen).Change >= 0;
        double share = -end.Change / total;
        bool over = share > Threshold && !rises;
        return CheckResult.Of(new Finding(
            challenge, Name,
            over ? $"Training ended while its loss was still falling: the last {end.Epochs} epochs brought {100 * share:0} % of all that was gained."
                : rises && share > Threshold ? "The training loss still fell at the end, but that on validation rows did not."
                : share < -Threshold ? "The training loss was rising at the end, not falling."
                : "The training loss had come to rest at the end.",
            $"Fall of the training loss over the last {end.Epochs} of {losses.Length} epochs (a line by least squares, its error enlarged for the likeness of neighbouring epochs), as a share of the fall since the first epoch, {total:0.000}.{(rises ? " The validation loss did not fall in the same epochs, so more of the same training would not help." : "")}",
            new Measurement("share of the whole fall", share, end.Interval(-1 / total), "%"),
            Threshold,
            rises ? 1 : end.PValueBelow(Threshold * total),
            over ? Severity.Problem : Severity.Fine,
            [GeneralizationGap.Curves(subject)],
            over ? ["longer-training", "higher-rate", "wider"] : []));
    }
}

using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Whether the validation loss was rising at the end of training, while that on training rows was not.</summary>
public sealed class Overtraining : Check
{
    // Of the best validation loss, what a last quarter of training may lose again without doing harm.
    private const double Threshold = 0.05;

    /// <inheritdoc/>
    public override string Name => "overtraining";

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        if (subject.LossIsOfTasks is { } why)
        {
            return CheckResult.Skip(why);
        }

        var history = subject.Model.Result.History;
        if (subject.Model.Validation is null)
        {
            return CheckResult.Skip("No validation rows are held out: set data.validation above 0.");
        }

        if (history.Count < EndSlope.FewestEpochs)
        {
            return CheckResult.Skip($"The training had {history.Count} epochs; a slope at the end with an interval needs {EndSlope.FewestEpochs}.");
        }

        double[] losses = [.. history.Select(e => e.ValidationLoss ?? double.NaN)];
        double least = losses.Min();
        if (!Array.TrueForAll(losses, double.IsFinite) || least <= 0)
        {
            return CheckResult.Skip("The validation losses are not all finite and above 0.");
        }

        var end = EndSlope.Of(losses);
        double share = end.Change / least;
        bool over = share > Threshold;
        int best = Array.IndexOf(losses, least) + 1;
        return CheckResult.Of(new Finding(
            challenge, Name,
            over ? $"The validation loss was rising when training ended; it was least at epoch {best}." : "The validation loss was not rising when training ended.",
            $"Rise of the validation loss over the last {end.Epochs} of {losses.Length} epochs (a line by least squares, its error enlarged for the likeness of neighbouring epochs), as a share of the least, {least:0.0000} at epoch {best}. The last one was {losses[^1]:0.0000}.",
            new Measurement("rise as a share of the least", share, end.Interval(1 / least), "%"),
            Threshold,
            end.PValueAbove(Threshold * least),
            over ? Severity.Problem : Severity.Fine,
            [GeneralizationGap.Curves(subject)],
            over ? ["early-stopping", "label-smoothing", "weight-decay", "mixup", "ema"] : []));
    }
}

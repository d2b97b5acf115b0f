using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>
/// Compares the loss on training rows with that on validation rows (Welch's t on the rows' losses), both without dropout or
/// augmentation.
/// </summary>
public sealed class GeneralizationGap : Check
{
    // Below this a difference in mean loss has no practical meaning, whatever the number of rows.
    private const double Threshold = 0.02;

    private static readonly string[] Remedies = ["label-smoothing", "mixup", "weight-decay", "sam", "dropout", "early-stopping", "cutmix", "ema", "swa", "stochastic-depth"];

    /// <inheritdoc/>
    public override string Name => "generalization-gap";

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        var train = subject.Model.Train;
        if (subject.Model.Validation is not { } validation)
        {
            return CheckResult.Skip("No validation rows are held out: set data.validation above 0.");
        }

        if (Math.Min(train.Count, validation.Count) < 2)
        {
            return CheckResult.Skip($"{train.Count} training and {validation.Count} validation rows; an interval needs two of each.");
        }

        if (!double.IsFinite(validation.Losses().Sum() + train.Losses().Sum()))
        {
            return CheckResult.Skip("The model's outputs are not finite, so there is no loss to compare.");
        }

        var (gap, interval, p) = Statistics.Welch(validation.Losses(), train.Losses(), threshold: Threshold);
        string metrics = train.Task == LearningTask.Classification
            ? $" Accuracy is {100 * train.Accuracy:0.0} % on training rows and {100 * validation.Accuracy:0.0} % on validation rows."
            : $" R² is {train.R2:0.000} on training rows and {validation.R2:0.000} on validation rows.";
        bool over = gap > Threshold;
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            over ? $"The loss on new rows is {gap:0.000} above that on training rows." : "The model does as well on new rows as on training rows.",
            $"Mean loss of each of {train.Count} training rows against {validation.Count} validation rows, compared by Welch's t-test.{metrics}",
            new Measurement("validation loss - training loss", gap, interval),
            Threshold,
            p,
            over ? Severity.Problem : Severity.Fine,
            [Curves(subject)],
            over ? RemediesFor(subject) : []));
    }

    // Of images nothing tells a network more than that a shifted one is the same.
    private static string[] RemediesFor(Subject subject)
        => subject.Experiment.Data.Encoded.Input.Sample.Rank == 3 ? ["augmentation", .. Remedies] : Remedies;

    /// <summary>Loss by epoch on training and validation rows.</summary>
    internal static LineChart Curves(Subject subject)
    {
        var h = subject.Model.Result.History;
        double[] x = [.. h.Select(e => e.Epoch + 1.0)];
        return new LineChart("Learning curves", "epoch", "loss",
        [
            new Series("training", x, [.. h.Select(e => e.TrainLoss)]),
            new Series("validation", x, [.. h.Select(e => e.ValidationLoss ?? double.NaN)]),
        ]);
    }
}

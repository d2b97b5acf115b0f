using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>
/// Share of rows that the model gets right only because it has seen them: the share right among training rows less the share right
/// among validation rows, which are rows of the same kind that it has not seen.
/// </summary>
/// <remarks>
/// Feldman and Zhang, "What neural networks memorize and why" (NeurIPS 2020), define a row's memorisation as its chance of being right in
/// models trained with it less that in models trained without it. Its mean over the rows is estimated here from the one model and the
/// rows held out, without further training.
/// </remarks>
public sealed class Memorization : Check
{
    private const double Threshold = 0.05;
    private const int MostShown = 12;

    /// <inheritdoc/>
    public override string Name => "memorization";

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        var train = subject.Model.Train;
        if (train.Task != LearningTask.Classification)
        {
            return CheckResult.Skip("Memorisation is measured for classes only.");
        }

        if (subject.Model.Validation is not { } validation)
        {
            return CheckResult.Skip("No validation rows are held out: set data.validation above 0.");
        }

        if (train.Correct == 0 && validation.Correct == 0)
        {
            return CheckResult.Skip("No row was classified right, so there is nothing to remember.");
        }

        var (share, interval, p) = Statistics.ProportionDifference(train.Correct, train.Count, validation.Correct, validation.Count, threshold: Threshold);
        bool over = share > Threshold;
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            over ? $"{100 * share:0.0} % of the rows are known by heart only." : $"Few rows ({100 * Math.Max(0, share):0.0} %) are known by heart only.",
            $"Share of the {train.Count} training rows that are right ({100 * train.Accuracy:0.0} %) less the share of the {validation.Count} validation rows, which the model has not seen ({100 * validation.Accuracy:0.0} %); interval and p-value by Newcombe's score method. Mislabelled and unusual rows are the first to be memorised.",
            new Measurement("share of rows memorised", share, interval, "%"),
            Threshold,
            p,
            over ? Severity.Problem : Severity.Fine,
            over && Against(subject) is { } table ? [table] : [],
            over ? ["mixup", "weight-decay", "sam", "early-stopping", "label-smoothing"] : []));
    }

    // Rows that the model has right though all their nearest neighbours are of one other class: no rule learned from the others says so.
    private static TableEvidence? Against(Subject subject)
    {
        var near = Neighbours.Of(subject);
        var data = subject.Experiment.Data.Encoded;
        var predictions = subject.Model.Train.Predictions;
        var labels = predictions.Labels;
        var rows = new List<IReadOnlyList<string>>();
        int contrary = 0;
        for (int at = 0; at < near.Rows.Count; at++)
        {
            int row = near.Rows[at], other = labels[near.Found[at][0]];
            if (predictions.Predicted(row) == labels[row] && other != labels[row] && near.Found[at].All(j => labels[j] == other))
            {
                contrary++;
                if (rows.Count < MostShown)
                {
                    rows.Add([$"{row}", data.ClassNames[labels[row]], data.ClassNames[other]]);
                }
            }
        }

        return rows.Count == 0 ? null : new TableEvidence(
            $"Training rows fitted against all {Neighbours.Nearest} of their nearest neighbours: {contrary} of {near.Rows.Count} looked at", ["training row", "its label", "its neighbours' label"], rows);
    }
}

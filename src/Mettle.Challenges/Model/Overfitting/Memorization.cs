using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>
/// Share of training rows that the model gets right only because it has seen them: right in the models trained with the
/// row, wrong in the model trained without it. Three models are trained, each without one third of the rows.
/// </summary>
/// <remarks>Feldman and Zhang, "What neural networks memorize and why" (NeurIPS 2020), with folds in place of random subsets.</remarks>
public sealed class Memorization : Check
{
    private const int Folds = 3;
    private const double Threshold = 0.05;

    // Three further trainings should stay a matter of seconds; the product of rows, epochs and parameters says so without a clock.
    private const double MostWork = 5e9;

    /// <inheritdoc/>
    public override string Name => "memorization";

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        var data = subject.Experiment.Data.Encoded;
        if (data.Input.Task != LearningTask.Classification)
        {
            return CheckResult.Skip("Memorisation is measured for classes only.");
        }

        double work = (double)data.Train.Count * subject.Recipe["train.epochs"].Int() * subject.Model.Module.ParameterCount;
        if (work > MostWork)
        {
            return CheckResult.Skip($"It would train {Folds} further models of this size; rows x epochs x parameters is {work:0.0e0}, the limit {MostWork:0.0e0}.");
        }

        var (memorized, judged) = Count(subject);
        double share = memorized / (double)judged;
        bool over = share > Threshold;
        var interval = Statistics.Wilson(memorized, judged, 0.95);
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            over ? $"{100 * share:0.0} % of the training rows are known by heart only." : $"Few training rows ({100 * share:0.0} %) are known by heart only.",
            $"Rows that the models trained with them get right and the model trained without them gets wrong, over {Folds} folds of {judged} rows. Mislabelled and unusual rows are the first to be memorised.",
            new Measurement("share of rows memorised", share, interval, "%"),
            Threshold,
            Statistics.ProportionAbove(memorized, judged, Threshold),
            over ? Severity.Problem : Severity.Fine,
            [],
            over ? ["mixup", "weight-decay", "early-stopping", "label-smoothing"] : []));
    }

    private static (int Memorized, int Judged) Count(Subject subject)
    {
        var runs = Enumerable.Range(0, Folds).Select(k =>
        {
            using var scope = MemoryScope.Begin("memorisation");
            var fold = subject.Experiment.Fold(k, Folds);
            var model = fold.Train(new TrainOptions());
            return (Held: model.Validation!, Seen: model.Train, Rows: fold.Data);
        }).ToList();

        // Right when seen, over all models that saw it, less right when held out: both are rates over the same rows.
        int seenRight = runs.Sum(r => r.Seen.Correct), seen = runs.Sum(r => r.Seen.Count);
        int heldRight = runs.Sum(r => r.Held.Correct), held = runs.Sum(r => r.Held.Count);
        double share = Math.Max(0, (seenRight / (double)seen) - (heldRight / (double)held));
        return ((int)Math.Round(share * held), held);
    }
}

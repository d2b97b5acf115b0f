using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>
/// Share of training rows that the model gets right only because it has seen them: the share right in models trained with a
/// row less the share right in the model trained without it. Three models are trained, each without one third of the rows.
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

        var (seenRight, seen, heldRight, held) = Count(subject);
        if (seenRight == 0 && heldRight == 0)
        {
            return CheckResult.Skip("No row was ever classified right, so there is nothing to remember.");
        }

        var (share, interval, p) = Statistics.ProportionDifference(seenRight, seen, heldRight, held, threshold: Threshold);
        bool over = share > Threshold;
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            over ? $"{100 * share:0.0} % of the training rows are known by heart only." : $"Few training rows ({100 * Math.Max(0, share):0.0} %) are known by heart only.",
            $"Share of rows right in models trained with them ({100.0 * seenRight / seen:0.0} %) less the share right in a model trained without them ({100.0 * heldRight / held:0.0} %), over {Folds} folds of {held} rows; interval and p-value by Newcombe's score method, as if the two shares came from separate rows, which errs on the side of no alarm. Mislabelled and unusual rows are the first to be memorised.",
            new Measurement("share of rows memorised", share, interval, "%"),
            Threshold,
            p,
            over ? Severity.Problem : Severity.Fine,
            [],
            over ? ["mixup", "weight-decay", "early-stopping", "label-smoothing"] : []));
    }

    private static (int SeenRight, int Seen, int HeldRight, int Held) Count(Subject subject)
    {
        int seenRight = 0, seen = 0, heldRight = 0, held = 0;
        for (int k = 0; k < Folds; k++)
        {
            using var scope = MemoryScope.Begin("memorisation");
            var model = subject.Experiment.Fold(k, Folds).Train(new TrainOptions());
            seenRight += model.Train.Correct;
            seen += model.Train.Count;
            heldRight += model.Validation!.Correct;
            held += model.Validation.Count;
        }

        // Each row is seen by all models but one: counted once, as one row is one piece of evidence.
        return ((int)Math.Round(seenRight / (Folds - 1.0)), seen / (Folds - 1), heldRight, held);
    }
}

using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Research;

/// <summary>
/// Trains one epoch of the recipe (without its warmup, which may be longer) on a few of its rows twice, with one thread and
/// with several, and compares the weights bit by bit; where they differ, a third time with the threads of the first.
/// </summary>
public sealed class RepeatedTraining : Check
{
    private const int Trainings = 2;

    private const double Passes = Trainings;

    // Two whole batches and a ragged one are all that kernels can meet; large ones need not be whole.
    private const int MostRows = 256;

    /// <inheritdoc/>
    public override string Name => "repeated-training";

    /// <inheritdoc/>
    public override double Wants(Subject subject) => Passes * Wanted(subject);

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        var recipe = subject.Recipe;
        int rows = subject.Budget.Rows(Wanted(subject), Passes);
        var small = subject.Experiment.Few(rows, recipe.With("train.epochs", 1).With("train.warmup", 0).With("train.early-stopping.patience", 0));
        int threads = Scheduler.Threads;
        var hashes = new List<(string Where, string Hash)>();
        try
        {
            Train(threads);
            Train(threads == 1 ? 2 : 1);
            if (hashes[1].Hash != hashes[0].Hash)
            {
                Train(threads);
            }
        }
        finally
        {
            Scheduler.Threads = threads;
        }

        void Train(int n)
        {
            Scheduler.Threads = n;
            hashes.Add(($"{n} {(n == 1 ? "thread" : "threads")}", Trained(small)));
        }

        int differing = hashes.Count(h => h.Hash != hashes[0].Hash);
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            differing == 0 ? "Training repeats bit for bit, on one thread as on several." : $"{differing} of {hashes.Count} repeated trainings gave other weights.",
            $"One epoch on {rows} rows, trained {hashes.Count} times; the SHA-256 of all weights must be the same.",
            new Measurement("trainings with other bits", differing),
            0,
            null,
            differing == 0 ? Severity.Fine : Severity.Problem,
            [new TableEvidence("SHA-256 of the weights", ["training", "SHA-256"], [.. hashes.Select(h => (IReadOnlyList<string>)[h.Where, h.Hash])])],
            []));
    }

    // The bare steps: loading ahead, recovery and results on the training rows are no part of the question.
    private static string Trained(Experiment small)
    {
        if (small.Data.Encoded.Sequence is not null)
        {
            return small.Train(new TrainOptions()).WeightsSha256();
        }

        var plan = small.Training() with { Workers = 0, Recovery = null };
        new Trainer(plan).Run();
        return TrainedModel.Sha256Of(plan.Model);
    }

    private static int Wanted(Subject subject)
        => Math.Min(subject.Experiment.Data.Encoded.Train.Count, Math.Min(MostRows, subject.Recipe["train.batch"].Int() * 5 / 2));
}

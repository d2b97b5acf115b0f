using Mettle.Runs;

namespace Mettle.Challenges.Research;

/// <summary>
/// Trains one epoch of the recipe (without its warmup, which may be longer) on a few of its rows again and again, with one thread and with all, and compares the
/// weights bit by bit.
/// </summary>
public sealed class RepeatedTraining : Check
{
    // Enough rows for every kernel to see whole and ragged batches, few enough to cost little beside the training.
    private const int Rows = 512;

    /// <inheritdoc/>
    public override string Name => "repeated-training";

    /// <inheritdoc/>
    public override CheckResult Run(Subject subject, ChallengeId challenge)
    {
        var recipe = subject.Recipe;
        int limit = recipe["data.limit"].Int();
        var small = subject.Experiment.With(recipe.With("train.epochs", 1).With("train.warmup", 0).With("data.limit", limit == 0 ? Rows : Math.Min(limit, Rows)));
        int threads = Scheduler.Threads;
        var hashes = new List<(string Where, string Hash)>();
        try
        {
            foreach (int n in (int[])[threads, threads, 1, Math.Max(2, threads)])
            {
                Scheduler.Threads = n;
                hashes.Add(($"{n} {(n == 1 ? "thread" : "threads")}", small.Train(new TrainOptions()).WeightsSha256()));
            }
        }
        finally
        {
            Scheduler.Threads = threads;
        }

        int differing = hashes.Count(h => h.Hash != hashes[0].Hash);
        return CheckResult.Of(new Finding(
            challenge,
            Name,
            differing == 0 ? "Training repeats bit for bit, on one thread and on several." : $"{differing} of {hashes.Count} repeated trainings gave other weights.",
            $"One epoch on up to {Rows} rows, trained {hashes.Count} times; the SHA-256 of all weights must be the same.",
            new Measurement("trainings with other bits", differing),
            0,
            null,
            differing == 0 ? Severity.Fine : Severity.Problem,
            [new TableEvidence("SHA-256 of the weights", ["training", "SHA-256"], [.. hashes.Select(h => (IReadOnlyList<string>)[h.Where, h.Hash])])],
            []));
    }
}

using System.Diagnostics;
using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>A training at its tuned rate.</summary>
/// <param name="Name">Data and optimiser.</param>
/// <param name="Yaml">The recipe.</param>
/// <param name="Change">A change to it, or null.</param>
public sealed record TunedTraining(string Name, string Yaml, Func<Recipe, Recipe>? Change = null);

/// <summary>
/// Each tuned training is run as it is, at a hundred times its rate without recovery, and at that rate with it. The recovered
/// runs must come to within two points of the tuned ones, and far above those left alone; both by paired differences over the
/// seeds on the test rows (Student's t).
/// </summary>
/// <param name="recover">Switches recovery on; a broken one makes the proof fail.</param>
/// <param name="trainings">The tuned trainings; the short form takes the first alone.</param>
public sealed class TooHighRateProof(Func<Recipe, Recipe> recover, params IReadOnlyList<TunedTraining> trainings) : Proof
{
    private const double Times = 100, Within = 0.02, Problem = 0.2;

    /// <inheritdoc/>
    public override string Description =>
        $"A learning rate {Times:0} times too high: {string.Join("; ", trainings.Select(t => t.Name))}. With live recovery training begins anew at the rate that a range test finds and must end within {100 * Within:0} points of the tuned rate's test accuracy, where without recovery it loses more than {100 * Problem:0}; both with 95 % confidence.";

    /// <inheritdoc/>
    public override int FewestSeeds => 2;

    /// <inheritdoc/>
    public override ProofResult Run(ChallengeId id, ProofContext context)
    {
        var clock = Stopwatch.StartNew();
        var chosen = context.Short ? [trainings[0]] : trainings;
        var parts = new List<ProofPart>();
        var evidence = new List<Evidence>();
        var cache = new DataCache();
        for (int i = 0; i < chosen.Count; i++)
        {
            Judge(id, context, chosen[i], i, chosen.Count, cache, parts, evidence);
        }

        var head = parts[0];
        return new ProofResult(
            id.Value, $"test accuracy, {chosen[0].Name}", parts[1].Baseline, head.Treated, parts[1].Effect, parts[1].Ci, $"{parts[1].Target}; within {100 * Within:0} points of the tuned rate", parts.TrueForAll(p => p.Passed), context.Seeds, clock.Elapsed.TotalSeconds)
        {
            Parts = parts,
            Evidence = evidence,
        };
    }

    private void Judge(ChallengeId id, ProofContext context, TunedTraining training, int at, int of, DataCache cache, List<ProofPart> parts, List<Evidence> evidence)
    {
        var tuned = Recipe.Parse(training.Yaml, $"{id}.yaml", context.Vocabulary, context.WorkFolder).With("train.recovery.retries", 0);
        tuned = training.Change is null ? tuned : training.Change(tuned);
        string path = $"train.optimizer.{tuned["train.optimizer"].Text()}.rate";
        var wild = tuned.With(path, Times * tuned[path].Double());
        double[] good = new double[context.Seeds], bad = new double[context.Seeds], cured = new double[context.Seeds];
        var rows = new List<IReadOnlyList<string>>();
        for (int seed = 1; seed <= context.Seeds; seed++)
        {
            int done = ((at * context.Seeds) + seed - 1) * 3, all = of * context.Seeds * 3;
            good[seed - 1] = Accuracy(tuned, 0, out _);
            bad[seed - 1] = Accuracy(wild, 1, out _);
            cured[seed - 1] = Accuracy(recover(wild), 2, out string remedy);
            rows.Add([$"{seed}", Show(good[seed - 1]), Show(bad[seed - 1]), Show(cured[seed - 1]), remedy]);

            double Accuracy(Recipe recipe, int arm, out string remedies)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                context.Progress(done + arm, all, $"{training.Name}, seed {seed}");
                var experiment = Experiment.Prepare(recipe.With("seed", seed), cache);
                var model = experiment.Train(new TrainOptions { Cancellation = context.Cancellation });
                context.Cancellation.ThrowIfCancellationRequested();
                remedies = string.Join(" ", model.Result.Recoveries.Select(r => r.Remedy));
                return experiment.Test(model).Accuracy;
            }
        }

        var (near, nearInterval, _) = Statistics.PairedT([.. cured.Zip(good, (c, g) => c - g)]);
        var (gain, gainInterval, _) = Statistics.PairedT([.. cured.Zip(bad, (c, b) => c - b)]);
        parts.Add(new ProofPart(
            $"{training.Name}: recovered against tuned", good.Average(), cured.Average(), near, nearInterval, $"less than {100 * Within:0} points below at 95 % confidence", nearInterval.Low > -Within));
        parts.Add(new ProofPart(
            $"{training.Name}: recovered against left alone", bad.Average(), cured.Average(), gain, gainInterval, $"better by more than {100 * Problem:0} points at 95 % confidence", gainInterval.Low > Problem));
        evidence.Add(new TableEvidence($"Test accuracy, {training.Name}, rate {tuned[path].Double():0.####} and {wild[path].Double():0.####}", ["seed", "tuned", "too high", "recovered", "what recovery did"], rows));
    }

    private static string Show(double accuracy) => $"{100 * accuracy:0.00} %";
}

using System.Diagnostics;
using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>
/// The proof of <c>batch-norm</c>: a batch-norm network trained on batches of 64, the same on batches of 2, and on batches of 2
/// with a treatment. The last must beat the second and be as good as the first within a margin.
/// </summary>
/// <param name="treat">The treatment.</param>
public sealed class SmallBatchProof(Func<Recipe, Recipe> treat) : Proof
{
    // The short form has three hundred test rows, not ten thousand.
    private const double Gain = 0.2, Margin = 0.02, ShortMargin = 0.06;

    private const string Large =
        """
        name: batch-norm
        data:
          source:
            idx:
              images: $METTLE_DATA/images/fashion-mnist/train-images-idx3-ubyte.gz
              labels: $METTLE_DATA/images/fashion-mnist/train-labels-idx1-ubyte.gz
              test-images: $METTLE_DATA/images/fashion-mnist/t10k-images-idx3-ubyte.gz
              test-labels: $METTLE_DATA/images/fashion-mnist/t10k-labels-idx1-ubyte.gz
          limit: 4000
          validation: 0.05
        model: {cnn: {widths: [8, 16, 32, 32, 32]}}
        train:
          epochs: 6
          batch: 64
          optimizer: {adamw: {rate: 0.003}}
          schedule: cosine
        """;

    /// <inheritdoc/>
    public override string Description
        => "4,000 images of Fashion-MNIST and a network of five blocks with batch norm, the last at 1 x 1 pixels. On batches of 2 rows (rate 0.0005) it hardly trains. Treated, it must gain more than 20 points of test accuracy there, and be less than 2 points below the same network with batch norm on batches of 64 (rate 0.003), both with 95 % confidence.";

    /// <inheritdoc/>
    public override int FewestSeeds => 2;

    /// <inheritdoc/>
    public override ProofResult Run(ChallengeId id, ProofContext context)
    {
        var clock = Stopwatch.StartNew();
        var large = Recipe.Parse(Large, $"{id}.yaml", context.Vocabulary, context.WorkFolder);
        large = context.Short ? Shorten(large) : large;
        var small = large.With("train.batch", 2).With("train.optimizer.adamw.rate", 0.0005);
        Recipe[] arms = [large, small, treat(small)];
        string[] names = ["batch 64", "batch 2", "batch 2, treated"];
        var accuracy = arms.Select(_ => new List<double>()).ToArray();
        var cache = new DataCache();
        for (int seed = 1; seed <= context.Seeds; seed++)
        {
            for (int a = 0; a < arms.Length; a++)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                context.Progress(((seed - 1) * arms.Length) + a, context.Seeds * arms.Length, $"seed {seed}, {names[a]}");
                accuracy[a].Add(Accuracy(arms[a].With("seed", seed), cache, context.Cancellation));
            }
        }

        double margin = context.Short ? ShortMargin : Margin;
        ProofPart[] parts =
        [
            Part("test accuracy on batches of 2", accuracy[1], accuracy[2], Gain, $"better by more than {100 * Gain:0} points at 95 % confidence"),
            Part("test accuracy on batches of 2 against batch norm on batches of 64", accuracy[0], accuracy[2], -margin, $"less than {100 * margin:0} points below at 95 % confidence"),
        ];
        var head = parts[0];
        return new ProofResult(
            id.Value, head.Claim, head.Baseline, head.Treated, head.Effect, head.Ci, head.Target, Array.TrueForAll(parts, p => p.Passed), context.Seeds, clock.Elapsed.TotalSeconds)
        {
            Parts = parts,
            Evidence =
            [
                new TableEvidence("The change", ["recipe"], [.. Recipe.Diff(small, arms[2]).Select(l => (IReadOnlyList<string>)[l])]),
                new TableEvidence("Test accuracy", ["seed", .. names], [.. Enumerable.Range(0, context.Seeds).Select(s => (IReadOnlyList<string>)[$"{s + 1}", .. accuracy.Select(a => $"{100 * a[s]:0.00} %")])]),
            ],
        };
    }

    // Digits of 8 x 8 pixels come to 1 x 1 after three blocks.
    private static Recipe Shorten(Recipe recipe) => recipe
        .WithWord("data.source.digits")
        .With("data.limit", 0)
        .WithYaml("model.cnn.widths", "[8, 16, 32, 32]");

    private static double Accuracy(Recipe recipe, DataCache cache, CancellationToken cancellation)
    {
        using var scope = MemoryScope.Begin("proof");
        var experiment = Experiment.Prepare(recipe, cache);
        var model = experiment.Train(new TrainOptions { Cancellation = cancellation });
        cancellation.ThrowIfCancellationRequested();
        return experiment.Test(model).Accuracy;
    }

    private static ProofPart Part(string claim, List<double> without, List<double> with, double least, string target)
    {
        var (mean, ci, _) = Statistics.PairedT([.. with.Zip(without, (b, a) => b - a)]);
        return new ProofPart(claim, without.Average(), with.Average(), mean, ci, target, ci.Low > least);
    }
}

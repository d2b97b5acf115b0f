using System.Diagnostics;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>One method of the proof.</summary>
/// <param name="Name">Its name in tables, with the size of its buffer.</param>
/// <param name="Yaml">What <c>train.continual</c> holds; empty for none.</param>
public sealed record MethodRow(string Name, string Yaml);

/// <summary>
/// The class-incremental protocol of the DER paper (Buzzega et al. 2020) on Fashion-MNIST: five tasks of two classes, an MLP of
/// 784-100-100-10, plain SGD in batches of 10, each row seen once; accuracy over all ten classes at the end. The order of methods
/// must be the published one.
/// </summary>
/// <param name="methods">The methods, at least those that <see cref="Standard"/> names.</param>
public sealed class ForgettingProof(IReadOnlyList<MethodRow> methods) : Proof
{
    internal const string Sequential = "sequential", Best = "der-plus-plus-500";

    internal const string Problem =
        """
        name: forgetting
        data:
          source:
            idx:
              images: $METTLE_DATA/images/fashion-mnist/train-images-idx3-ubyte.gz
              labels: $METTLE_DATA/images/fashion-mnist/train-labels-idx1-ubyte.gz
              test-images: $METTLE_DATA/images/fashion-mnist/t10k-images-idx3-ubyte.gz
              test-labels: $METTLE_DATA/images/fashion-mnist/t10k-labels-idx1-ubyte.gz
          validation: 0
          normalize: unit
          tasks: {split-classes: {count: 5}}
        model: {mlp: {hidden: [100, 100]}}
        train:
          epochs: 1
          batch: 10
          optimizer: {sgd: {rate: 0.03}}
        """;

    // The digits that ship with Mettle, more often seen since they are few.
    private const string ShortProblem =
        """
        name: forgetting-short
        data:
          source: digits
          validation: 0
          normalize: unit
          tasks: {split-classes: {count: 5}}
        model: {mlp: {hidden: [100]}}
        train:
          epochs: 5
          batch: 10
          optimizer: {sgd: {rate: 0.1}}
        """;

    /// <summary>The methods and settings of the proof; the PyTorch script beside the benchmarks has the same.</summary>
    public static IReadOnlyList<MethodRow> Standard { get; } =
    [
        new(Sequential, ""),
        new("ewc", "{ewc: {strength: 20, samples: 200}}"),
        new("si", "{si: {strength: 1, damping: 0.9}}"),
        new("lwf", "{lwf: {strength: 1, temperature: 2}}"),
        new("a-gem-200", "{a-gem: {buffer: 200, draw: 128}}"),
        new("icarl-200", "{icarl: {buffer: 200}}"),
        new("replay-200", "{replay: {buffer: 200, draw: 10}}"),
        new("der-200", "{der: {buffer: 200, draw: 10, alpha: 0.2}}"),
        new("der-plus-plus-200", "{der-plus-plus: {buffer: 200, draw: 10, alpha: 0.2, beta: 1}}"),
        new(Best, "{der-plus-plus: {buffer: 500, draw: 10, alpha: 0.2, beta: 1}}"),
        new("joint", "joint"),
    ];

    /// <inheritdoc/>
    public override string Description
        => "Fashion-MNIST in five tasks of two classes, one after another, by the protocol of the DER paper (MLP 784-100-100-10, SGD 0.03, batch 10, one epoch, test accuracy over all ten classes). Plain training must end below 21 % and EWC, SI and LwF below 25 %; A-GEM must be above those, then experience replay, DER++ with 200 rows kept, DER++ with 500, and training on all at once, each above the one before with 95 % confidence; DER++ with 500 rows must beat plain training by more than 50 points.";

    /// <inheritdoc/>
    public override int FewestSeeds => 2;

    /// <inheritdoc/>
    public override ProofResult Run(ChallengeId id, ProofContext context)
    {
        var clock = Stopwatch.StartNew();
        var start = Recipe.Parse(context.Short ? ShortProblem : Problem, $"{id}.yaml", context.Vocabulary, context.WorkFolder);
        var rows = methods.Where(m => !context.Short || m.Name is Sequential or "ewc" or "replay-200" or Best or "joint").ToList();
        var records = rows.ToDictionary(r => r.Name, _ => new List<TaskRecord>(), StringComparer.Ordinal);
        var cache = new DataCache();
        for (int seed = 1; seed <= context.Seeds; seed++)
        {
            foreach (var row in rows)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                context.Progress(records.Values.Sum(r => r.Count), context.Seeds * rows.Count, $"seed {seed}, {row.Name}");
                records[row.Name].Add(Train(row.Yaml.Length == 0 ? start : start.WithYaml("train.continual", row.Yaml), seed, cache, context));
            }
        }

        var parts = Claims(context.Short).Select(c => c.Judge(records)).ToList();
        var head = parts[0];
        return new ProofResult(id.Value, head.Claim, head.Baseline, head.Treated, head.Effect, head.Ci, head.Target, parts.TrueForAll(p => p.Passed), context.Seeds, clock.Elapsed.TotalSeconds)
        {
            Parts = parts,
            Evidence = ForgettingEvidence.Of(records),
        };
    }

    private static TaskRecord Train(Recipe recipe, int seed, DataCache cache, ProofContext context)
    {
        using var scope = MemoryScope.Begin("proof");
        var experiment = Experiment.Prepare(recipe.With("seed", seed), cache);
        var model = experiment.Train(new TrainOptions { Cancellation = context.Cancellation, Watch = experiment.Data.Encoded.Test });
        context.Cancellation.ThrowIfCancellationRequested();
        return model.Tasks ?? throw new InvalidOperationException($"{recipe["train.continual"].Text()}, seed {seed}: {model.Result.Divergence?.Message ?? "there is no record of the tasks"}");
    }

    private static IReadOnlyList<OrderClaim> Claims(bool isShort) => isShort
        ?
        [
            new(Sequential, Best, 0.5),
            new(Sequential, 0.25),
            new("ewc", 0.35),
            new("ewc", "replay-200", 0.2),
            new("replay-200", "joint", 0),
        ]
        :
        [
            new(Sequential, Best, 0.5),
            new(Sequential, 0.21),
            new("ewc", 0.25),
            new("si", 0.25),
            new("lwf", 0.25),
            new("ewc", "a-gem-200", 0.05),
            new("si", "a-gem-200", 0.05),
            new("lwf", "a-gem-200", 0.05),
            new("a-gem-200", "replay-200", 0.05),
            new("replay-200", "der-plus-plus-200", 0),
            new("der-plus-plus-200", Best, 0),
            new(Best, "joint", 0),
        ];
}

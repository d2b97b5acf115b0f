using System.Diagnostics;
using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>One training of a paired proof, opened on its test rows.</summary>
/// <param name="Experiment">Recipe and data.</param>
/// <param name="Model">The trained model.</param>
/// <param name="Test">On the test rows.</param>
public sealed record ProofRun(Experiment Experiment, TrainedModel Model, Evaluation Test);

/// <summary>A claim of a paired proof.</summary>
/// <param name="Metric">What is measured, in words.</param>
/// <param name="Measure">The number from one training.</param>
/// <param name="HigherIsBetter">Direction; the effect is positive when better.</param>
/// <param name="MinEffect">The lower end of the effect's interval must be above this.</param>
/// <param name="Unit">"%" for fractions.</param>
public sealed record ProofClaim(string Metric, Func<ProofRun, double> Measure, bool HigherIsBetter, double MinEffect, string Unit = "")
{
    /// <summary>Where set, the interval of the treated runs' mean must be on the better side of this too.</summary>
    public double? TreatedLevel { get; init; }

    /// <summary>Whether the effect is a share of the number without the treatment.</summary>
    public bool Relative { get; init; }

    /// <summary>The target in words.</summary>
    public string Target
    {
        get
        {
            string effect = Relative ? $"better by more than {100 * MinEffect:0.##} % of it"
                : MinEffect < 0 ? $"worse by less than {(Unit == "%" ? $"{-100 * MinEffect:0.##} points" : $"{-MinEffect:0.####}")}"
                : Unit == "%" ? $"better by more than {100 * MinEffect:0.##} points" : $"better by more than {MinEffect:0.####}";
            string level = TreatedLevel is not { } l ? "" : $" and treated {(HigherIsBetter ? "above" : "below")} {(Unit == "%" ? $"{100 * l:0.##} %" : $"{l:0.####}")}";
            return $"{effect}{level} at 95 % confidence";
        }
    }

    internal bool Reached(IReadOnlyList<double> treated, Interval effect)
    {
        if (!(effect.Low > MinEffect))
        {
            return false;
        }

        if (TreatedLevel is not { } level)
        {
            return true;
        }

        var (_, mean, _) = Statistics.PairedT(treated);
        return HigherIsBetter ? mean.Low > level : mean.High < level;
    }
}

/// <summary>
/// A proof by two recipes: each seed trains without and with the treatment on the same split, and the paired differences on
/// the test rows are tested (Student's t). Mostly data: a recipe, the change, and the claims.
/// </summary>
/// <param name="description">Data, problem, treatment, metric, target.</param>
/// <param name="recipe">The problem as YAML.</param>
/// <param name="treat">The treatment.</param>
/// <param name="shorten">The change that makes the short form; its result is no proof.</param>
/// <param name="claims">What must hold; the first is the headline.</param>
public sealed class PairedProof(string description, string recipe, Func<Recipe, Recipe> treat, Func<Recipe, Recipe> shorten, params IReadOnlyList<ProofClaim> claims) : Proof
{
    /// <inheritdoc/>
    public override string Description => description;

    /// <inheritdoc/>
    public override int FewestSeeds => 2;

    /// <inheritdoc/>
    public override ProofResult Run(ChallengeId id, ProofContext context)
    {
        var clock = Stopwatch.StartNew();
        var start = Recipe.Parse(recipe, $"{id}.yaml", context.Vocabulary, context.WorkFolder);
        start = context.Short ? shorten(start) : start;
        var without = new List<ProofRun>();
        var with = new List<ProofRun>();
        var cache = new DataCache();
        for (int seed = 1; seed <= context.Seeds; seed++)
        {
            without.Add(Train(start, seed, cache, context, $"seed {seed} without", (2 * seed) - 2));
            with.Add(Train(treat(start), seed, cache, context, $"seed {seed} with", (2 * seed) - 1));
        }

        var parts = claims.Select(c => Judge(c, without, with)).ToList();
        var head = parts[0];
        return new ProofResult(
            id.Value, claims[0].Metric, head.Baseline, head.Treated, head.Effect, head.Ci, head.Target, parts.TrueForAll(p => p.Passed), context.Seeds, clock.Elapsed.TotalSeconds)
        {
            Parts = parts,
            Evidence =
            [
                new TableEvidence("The change", ["recipe"], [.. Recipe.Diff(start, treat(start)).Select(l => (IReadOnlyList<string>)[l])]),
                .. claims.Select(c => BySeed(c, without, with)),
            ],
        };
    }

    private static ProofRun Train(Recipe recipe, int seed, DataCache cache, ProofContext context, string what, int done)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        context.Progress(done, 2 * context.Seeds, what);
        var experiment = Experiment.Prepare(recipe.With("seed", seed), cache);
        var model = experiment.Train(new TrainOptions { Cancellation = context.Cancellation });
        context.Cancellation.ThrowIfCancellationRequested();
        return new ProofRun(experiment, model, experiment.Test(model));
    }

    private static ProofPart Judge(ProofClaim c, List<ProofRun> without, List<ProofRun> with)
    {
        double[] a = [.. without.Select(c.Measure)];
        double[] b = [.. with.Select(c.Measure)];
        double sign = c.HigherIsBetter ? 1 : -1;
        var (mean, ci, _) = Statistics.PairedT([.. b.Zip(a, (x, y) => sign * (x - y) / (c.Relative ? Math.Abs(y) : 1))]);
        return new ProofPart(c.Metric, a.Average(), b.Average(), mean, ci, c.Target, c.Reached(b, ci));
    }

    private static TableEvidence BySeed(ProofClaim c, List<ProofRun> without, List<ProofRun> with)
        => new(c.Metric, ["seed", "without", "with"], [.. without.Select((r, i) => (IReadOnlyList<string>)[$"{i + 1}", Show(c, c.Measure(r)), Show(c, c.Measure(with[i]))])]);

    private static string Show(ProofClaim c, double v) => c.Unit == "%" ? $"{100 * v:0.00} %" : $"{v:0.#####}";
}

using Mettle.Runs;

namespace Mettle.Challenges.Tests;

/// <summary>The loop itself on simulated retrainings: how often it keeps what does not help, and what does.</summary>
public sealed class FalseAcceptanceTests
{
    private const int Runs = 240;
    private static readonly string[] Treatments = ["label-smoothing", "mixup", "weight-decay", "dropout", "ema", "early-stopping"];

    [Theory]
    [InlineData(10, 0)]
    [InlineData(10, 0.05)]
    [InlineData(5, 0)]
    [InlineData(20, 0)]
    [InlineData(20, 0.05)]
    public void Run_NothingHelps_KeepsATreatmentInAtMostOneOfTwentyRuns(int seeds, double grid)
    {
        var simulation = new Simulation(seeds, grid, effect: 0);
        int kept = Enumerable.Range(0, Runs).Count(run => simulation.Run(run).Trials.Any(t => t.Verdict == Verdict.Accepted));
        Assert.InRange(kept, 0, Runs / 20);
    }

    [Fact]
    public void Run_OneOfSixHelpsByOneStandardDeviation_IsFoundInMostRunsOfTwentyPairs()
    {
        var simulation = new Simulation(20, 0, effect: 1);
        int found = Enumerable.Range(0, Runs).Count(run => simulation.Run(run).Trials.Any(t => t.Treatment == Treatments[2] && t.Verdict == Verdict.Accepted));
        Assert.InRange(found, Runs * 60 / 100, Runs);
    }

    [Fact]
    public void Run_OneOfSixHelpsByTwoStandardDeviations_IsNearlyAlwaysFoundAndRarelyAnyOther()
    {
        var simulation = new Simulation(10, 0, effect: 2);
        int found = 0, wrong = 0;
        for (int run = 0; run < Runs; run++)
        {
            var kept = simulation.Run(run).Trials.Where(t => t.Verdict == Verdict.Accepted).ToList();
            found += kept.Exists(t => t.Treatment == Treatments[2]) ? 1 : 0;
            wrong += kept.Exists(t => t.Treatment != Treatments[2]) ? 1 : 0;
        }

        Assert.InRange(found, Runs * 85 / 100, Runs);
        Assert.InRange(wrong, 0, Runs / 20);
    }

    private sealed class Simulation
    {
        private readonly int folds;
        private readonly double grid, effect;
        private readonly LoopOptions options;
        private readonly Experiment experiment;
        private readonly List<(string Hash, bool Helps)> recipes = [];

        public Simulation(int seeds, double grid, double effect)
        {
            (this.grid, this.effect) = (grid, effect);
            folds = TrialDesign.ScreeningPairs + seeds;
            var given = House.Recipe().With("train.epochs", 1).With("data.limit", 20).WithYaml("model.mlp.hidden", "[2]").WithYaml("treat.treatments", $"[{string.Join(", ", Treatments)}]");
            experiment = Experiment.Prepare(given, new DataCache());
            options = LoopOptions.Of(given) with { Seeds = seeds };
            recipes.Add((given.Hash, false));
            foreach (string first in Treatments)
            {
                var changed = House.Catalogue.Treatment(first).Apply(given, out _)!;
                recipes.Add((changed.Hash, first == Treatments[2]));
                recipes.AddRange(Treatments.Select(t => (Name: t, Both: House.Catalogue.Treatment(t).Apply(changed, out _)))
                    .Where(t => t.Both is not null).Select(t => (t.Both!.Hash, first == Treatments[2] || t.Name == Treatments[2])));
            }
        }

        // Trainings differ by chance, and so do the rows of a fold, which all recipes share. Differences have the deviation 0.02.
        public LoopResult Run(int run)
        {
            var ledger = new TrialLedger(null);
            var key = RandomKey.FromSeed(7).At(run);
            foreach (var (hash, helps) in recipes)
            {
                for (int k = 0; k < folds; k++)
                {
                    double rows = 0.05 * Normal(key.For("rows"), k);
                    double metric = 0.7 + rows + (0.02 / Math.Sqrt(2) * Normal(key.For(hash), k)) + (helps ? 0.02 * effect : 0);
                    double seen = grid > 0 ? Math.Round(metric / grid) * grid : metric;
                    ledger.Get($"{hash}:{k}/{folds}", () => seen);
                }
            }

            return new TreatmentLoop(House.Catalogue, options, ledger, SilentProgress.Instance).Run(experiment, [], TestContext.Current.CancellationToken);
        }

        private static double Normal(RandomKey key, int index)
            => Math.Sqrt(-2 * Math.Log(1 - key.Uniform((ulong)(2 * index)))) * Math.Cos(2 * Math.PI * key.Uniform((ulong)((2 * index) + 1)));
    }
}

using Mettle.Runs;

namespace Mettle.Challenges.Tests;

/// <summary>Treatments that save are judged by counted cost and by how much of the metric they may lose; nothing is trained here.</summary>
public sealed class CostTrialTests
{
    private const int Pairs = 5;

    [Fact]
    public void Run_SavesAtEqualAccuracy_IsAccepted()
    {
        var trial = Trial([0.960, 0.961, 0.959, 0.960, 0.962], [0.961, 0.960, 0.960, 0.961, 0.961]);
        Assert.Equal(Verdict.Accepted, trial.Verdict);
        Assert.InRange(trial.Cost!.Saved, 0.4, 0.6);
        Assert.Contains("of the floating-point operations saved", trial.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_SavesAtALossBeyondTheMargin_IsRolledBack()
    {
        var trial = Trial([0.960, 0.961, 0.959, 0.960, 0.962], [0.945, 0.947, 0.943, 0.944, 0.946]);
        Assert.Equal(Verdict.RolledBack, trial.Verdict);
        Assert.Contains("may be larger than 0.01", trial.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_SavesWithAnUncertainLoss_IsRolledBackThoughItsMeanIsWithin()
        => Assert.Equal(Verdict.RolledBack, Trial([0.960, 0.961, 0.959, 0.960, 0.962], [0.930, 0.985, 0.940, 0.980, 0.957]).Verdict);

    [Fact]
    public void Run_SavesNothing_IsNotTried()
    {
        using var folder = new TemporaryFolder();
        using var run = RunFolder.Create(folder.Path, "recorded", TimeProvider.System);
        var given = House.Recipe().With("train.epochs", 4).WithYaml("treat.treatments", "[bf16-storage]").With("train.optimizer.sgd.momentum", 0.0);
        var trial = Assert.Single(Loop(run).Run(Experiment.Prepare(given, new DataCache()), [], TestContext.Current.CancellationToken).Trials);
        Assert.Equal(Verdict.NotTried, trial.Verdict);
        Assert.Contains("would save 0 %", trial.Reason, StringComparison.Ordinal);
    }

    private static Trial Trial(double[] without, double[] with)
    {
        using var folder = new TemporaryFolder();
        using var run = RunFolder.Create(folder.Path, "recorded", TimeProvider.System);
        var given = House.Recipe().With("train.epochs", 4).WithYaml("treat.treatments", "[super-convergence]");
        var ledger = new TrialLedger(run);
        foreach (var (recipe, metrics) in new[] { (given, without), (House.Catalogue.Treatment("super-convergence").Apply(given, out _)!, with) })
        {
            for (int k = 0; k < Pairs; k++)
            {
                double metric = metrics[k];
                ledger.Get($"{recipe.Hash}:{k}/{Pairs}", () => metric);
            }
        }

        return Assert.Single(Loop(run).Run(Experiment.Prepare(given, new DataCache()), [], TestContext.Current.CancellationToken).Trials);
    }

    private static TreatmentLoop Loop(RunFolder run)
        => new(House.Catalogue, LoopOptions.Of(House.Recipe()) with { Seeds = Pairs, Decide = run.Decide }, new TrialLedger(run), SilentProgress.Instance);
}

using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Lets the models at the ends of the cycles of warm restarts predict together.</summary>
public sealed class SnapshotEnsembles : Treatment
{
    /// <inheritdoc/>
    public override string Name => "snapshot-ensemble";

    /// <inheritdoc/>
    public override string Summary => "Averages the predictions of the models at the ends of four cycles of warm restarts; a prediction costs four times as much.";

    /// <inheritdoc/>
    public override string Source => "Huang, Li, Pleiss, Liu, Hopcroft and Weinberger, Snapshot ensembles: Train 1, get M for free, ICLR 2017";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
        [new("early-stopping", r => r["train.early-stopping.patience"].Int() > 0, "training that stops before the last cycle leaves snapshots out")];

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe["train.snapshots"].Int() > 1;

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        double warmup = recipe["train.warmup"].Double();
        bool restarts = recipe["train.schedule"].Text() == "warm-restarts";
        int cycles = restarts ? recipe["train.schedule"].Word()["cycles"].Int() : WarmRestarts.Cycles;
        reason = recipe["train.snapshots"].Int() > 1 ? "snapshots predict together already"
            : recipe["train.averaging"].HasValue ? "weights are averaged already"
            : warmup != Math.Floor(warmup) ? "snapshots are taken between epochs, which a warmup of part of an epoch shifts"
            : recipe["train.epochs"].Int() - warmup < 2 || cycles < 2 ? "there are too few epochs or cycles for a snapshot"
            : "";
        return reason.Length > 0 ? null
            : (restarts ? recipe : recipe.With("train.schedule.warm-restarts.cycles", cycles)).With("train.snapshots", Math.Min(cycles, WarmRestarts.Cycles));
    }
}

using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Ends training when validation no longer improves and keeps the best epoch's weights.</summary>
public sealed class EarlyStopping : Treatment
{
    /// <inheritdoc/>
    public override string Name => "early-stopping";

    /// <inheritdoc/>
    public override string Summary => "Ends training when validation no longer improves and keeps the best epoch's weights.";

    /// <inheritdoc/>
    public override string Source => "Prechelt, Early stopping - but when?, 1998";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
        [new("a rate that falls to zero", Uses.DecaysToZero, "stopping early ends before the rate has fallen; the schedule is never finished")];

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe["train.early-stopping.patience"].Int() > 0;

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        if (recipe["train.early-stopping.patience"].Int() > 0)
        {
            reason = "early stopping is in use";
            return null;
        }

        int patience = Math.Max(3, recipe["train.epochs"].Int() / 10);
        reason = "";
        return recipe.With("train.early-stopping.patience", patience);
    }
}

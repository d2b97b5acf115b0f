using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Trains on blends of pairs of rows and of their labels.</summary>
public sealed class Mixup : Treatment
{
    /// <inheritdoc/>
    public override string Name => "mixup";

    /// <inheritdoc/>
    public override string Summary => "Trains on blends of pairs of rows and of their labels.";

    /// <inheritdoc/>
    public override string Source => "Zhang, Cisse, Dauphin and Lopez-Paz, mixup: Beyond empirical risk minimization, ICLR 2018";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
        [new("calibrated probabilities", _ => true, "blended labels make probabilities timid: recalibrate before reading them as probabilities")];

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => Uses.Mixup(recipe);

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        if (recipe["train.mixup"].Double() > 0)
        {
            reason = "mixup is in use";
            return null;
        }

        if (recipe["train.cutmix"].Double() > 0)
        {
            reason = "batches are mixed by cutmix already";
            return null;
        }

        if (Uses.Symbols(recipe))
        {
            reason = "categories and characters cannot be blended";
            return null;
        }

        reason = "";
        return recipe.With("train.mixup", 0.4);
    }
}

using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Takes each gradient where the loss nearby is highest.</summary>
public sealed class Sam : Treatment
{
    /// <inheritdoc/>
    public override string Name => "sam";

    /// <inheritdoc/>
    public override string Summary => "Takes each gradient where the loss nearby is highest, which leads to flat minima; training takes twice as long.";

    /// <inheritdoc/>
    public override string Source => "Foret, Kleiner, Mobahi and Neyshabur, Sharpness-aware minimization for efficiently improving generalization, ICLR 2021";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts => AwareConflicts.All;

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe["train.sharpness"].HasValue && recipe["train.sharpness"].Text() == Name;

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = recipe["train.sharpness"].HasValue ? $"gradients are sharpness-aware already ({recipe["train.sharpness"].Text()})" : "";
        return reason.Length > 0 ? null : recipe.With("train.sharpness.sam.rho", 0.2);
    }
}

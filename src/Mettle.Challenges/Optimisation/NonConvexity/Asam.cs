using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Sharpness-aware steps with distances in units of each weight.</summary>
public sealed class Asam : Treatment
{
    /// <inheritdoc/>
    public override string Name => "asam";

    /// <inheritdoc/>
    public override string Summary => "Takes each gradient where the loss nearby is highest, nearby being relative to the size of each weight; training takes twice as long.";

    /// <inheritdoc/>
    public override string Source => "Kwon, Kim, Park and Choi, ASAM: Adaptive sharpness-aware minimization, ICML 2021";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts => AwareConflicts.All;

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe["train.sharpness"].HasValue && recipe["train.sharpness"].Text() == Name;

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = recipe["train.sharpness"].HasValue ? $"gradients are sharpness-aware already ({recipe["train.sharpness"].Text()})" : "";
        return reason.Length > 0 ? null : recipe.With("train.sharpness.asam.rho", 0.5);
    }
}

using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Residual connections whose branches begin at zero, scaled so that depth needs no normalisation.</summary>
public sealed class FixupInit : Treatment
{
    /// <inheritdoc/>
    public override string Name => "fixup-init";

    /// <inheritdoc/>
    public override string Summary => "Residual connections whose branches begin at zero, scaled so that depth needs no normalisation.";

    /// <inheritdoc/>
    public override string Source => "Zhang, Dauphin and Ma, Fixup initialization: residual learning without normalization, ICLR 2019";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
        [new("normalisation", Layers.IsNormalised, "Fixup is a stand-in for normalisation; with it the scaling is undone")];

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe["init"].HasValue && recipe["init"].Text() == "fixup";

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        if (recipe["init"].HasValue && recipe["init"].Text() == "fixup")
        {
            reason = "Fixup is in use";
            return null;
        }

        if (Layers.NoResidual(recipe) is { } missing)
        {
            reason = missing;
            return null;
        }

        if (Layers.IsNormalised(recipe))
        {
            reason = "the layers are normalised, which undoes the scaling";
            return null;
        }

        reason = "";
        return recipe.With($"model.{recipe["model"].Text()}.residual", true).WithWord("init.fixup");
    }
}

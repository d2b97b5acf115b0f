using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Standardised filters and adaptive clipping in place of a norm.</summary>
public sealed class WeightStandardisation : Treatment
{
    private const string Field = "weight-standardization";

    /// <inheritdoc/>
    public override string Name => "weight-standardisation";

    /// <inheritdoc/>
    public override string Summary => "Keeps signals in scale by standardised filters, and gradients by adaptive clipping, without any norm.";

    /// <inheritdoc/>
    public override string Source
        => "Qiao, Wang, Liu, Shen and Yuille, Weight standardization, 2019; Brock, De, Smith and Simonyan, High-performance large-scale image recognition without normalization, ICML 2021";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
    [
        new("gradient-clipping", r => r["train.clip.norm"].Double() > 0, "two limits on one gradient: the tighter one decides, and which that is changes from step to step"),
        new("fixup-init", r => r["init"].HasValue && r["init"].Text() == "fixup", "standardising takes off what the initialisation scaled"),
    ];

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => Norms.HasField(recipe, Field) && recipe["model"].Word()[Field].Bool();

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = !Norms.HasField(recipe, Field) ? $"the model '{recipe["model"].Text()}' has no filters to standardise"
            : IsIn(recipe) ? "it is in use"
            : "";
        if (reason.Length > 0)
        {
            return null;
        }

        var changed = recipe.With(Norms.Path(recipe, "norm"), "none").With(Norms.Path(recipe, Field), true);
        return recipe["train.clip.adaptive"].Double() > 0 ? changed : changed.With("train.clip.adaptive", 0.01);
    }
}

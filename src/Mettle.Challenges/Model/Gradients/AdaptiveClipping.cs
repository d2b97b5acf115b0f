using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Limits each unit's gradient to a share of the length of its weights.</summary>
public sealed class AdaptiveClipping : Treatment
{
    /// <inheritdoc/>
    public override string Name => "adaptive-clipping";

    /// <inheritdoc/>
    public override string Summary => "Limits each unit's gradient to 1 % of the length of its weights.";

    /// <inheritdoc/>
    public override string Source => "Brock, De, Smith and Simonyan, High-performance large-scale image recognition without normalization, ICML 2021";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
        [new("gradient-clipping", r => r["train.clip.norm"].Double() > 0, "two limits on one gradient: the tighter one decides, and which that is changes from step to step")];

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe["train.clip.adaptive"].Double() > 0;

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = recipe["train.clip.adaptive"].Double() > 0 ? "adaptive clipping is in use" : "";
        return reason.Length > 0 ? null : recipe.With("train.clip.adaptive", 0.01);
    }
}

using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Trains towards 90 % rather than certainty.</summary>
public sealed class LabelSmoothing : Treatment
{
    /// <inheritdoc/>
    public override string Name => "label-smoothing";

    /// <inheritdoc/>
    public override string Summary => "Trains towards 90 % rather than certainty.";

    /// <inheritdoc/>
    public override string Source => "Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, Rethinking the Inception architecture, CVPR 2016";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
        [new("mixup", Uses.Mixup, "both soften labels; together probabilities come out too timid"), new("calibrated probabilities", _ => true, "softened labels make probabilities timid: recalibrate before reading them as probabilities")];

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => Uses.LabelSmoothing(recipe);

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        if (Uses.LabelSmoothing(recipe))
        {
            reason = "label smoothing is in use";
            return null;
        }

        if (recipe["train.loss"].Text() is not ("auto" or "cross-entropy") || recipe["data.task"].Text() == "regression")
        {
            reason = "label smoothing goes with cross-entropy";
            return null;
        }

        reason = "";
        return recipe.With("train.loss.cross-entropy.label-smoothing", 0.1);
    }
}

using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Trains on images with a rectangle of another pasted in, and on both labels by area.</summary>
public sealed class CutMix : Treatment
{
    /// <inheritdoc/>
    public override string Name => "cutmix";

    /// <inheritdoc/>
    public override string Summary => "Trains on images with a rectangle of another pasted in, and on both labels by area.";

    /// <inheritdoc/>
    public override string Source => "Yun, Han, Oh, Chun, Choe and Yoo, CutMix: Regularization strategy to train strong classifiers with localizable features, ICCV 2019";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
        [new("label-smoothing", Uses.LabelSmoothing, "both soften labels; together probabilities come out too timid"), new("calibrated probabilities", _ => true, "pasted labels make probabilities timid: recalibrate before reading them as probabilities")];

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe["train.cutmix"].Double() > 0;

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = IsIn(recipe) ? "cutmix is in use"
            : Uses.Mixup(recipe) ? "batches are mixed by mixup already"
            : !Uses.Images(recipe) ? "cutmix cuts images"
            : "";
        return reason.Length > 0 ? null : recipe.With("train.cutmix", 1.0);
    }
}

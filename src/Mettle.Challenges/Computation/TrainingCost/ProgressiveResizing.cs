using Mettle.Runs;

namespace Mettle.Challenges.Computation;

/// <summary>Trains on smaller images first and on whole ones at the end.</summary>
public sealed class ProgressiveResizing : CostTreatment
{
    /// <inheritdoc/>
    public override string Name => "progressive-resizing";

    /// <inheritdoc/>
    public override string Summary => "Trains on images of half the area in the first half of the epochs, on whole ones in the second.";

    /// <inheritdoc/>
    public override string Source => "Howard, Training Imagenet in 3 hours for 25 minutes, fast.ai 2018; Tan and Le, EfficientNetV2: Smaller models and faster training, ICML 2021";

    /// <inheritdoc/>
    public override TreatmentAim Aim => TreatmentAim.Work;

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
    [
        new("early stopping", r => r["train.early-stopping.patience"].Int() > 0, "the validation loss rises when the size changes; patience must outlast that"),
        new("cutout", r => r["data.augment"].HasValue && r.ToYaml().Contains("cutout", StringComparison.Ordinal), "the blanked square shrinks with the images"),
    ];

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe["train.resize.from"].Double() < 1;

    /// <inheritdoc/>
    protected override string Hindrance(Recipe recipe)
        => recipe["model"].Text() != "cnn" ? "only a convolutional network takes images of any size"
            : recipe["train.epochs"].Int() < 5 ? "fewer than five epochs leave no room for stages"
            : "";

    /// <inheritdoc/>
    protected override Recipe Change(Recipe recipe) => recipe.With("train.resize.from", 0.7).With("train.resize.until", 0.5).With("train.resize.stages", 1);
}

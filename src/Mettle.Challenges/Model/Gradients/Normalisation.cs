using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Brings each layer's outputs to mean 0 and variance 1: over the batch, or over the units where batches are small.</summary>
public sealed class Normalisation : Treatment
{
    // Below this a batch's own mean and variance are too noisy to divide by (Wu and He, Group normalization, 2018).
    private const int SmallBatch = 16;

    /// <inheritdoc/>
    public override string Name => "normalisation";

    /// <inheritdoc/>
    public override string Summary => "Brings each layer's outputs to mean 0 and variance 1: over the batch, or over the units where batches are small or layers many.";

    /// <inheritdoc/>
    public override string Source => "Ioffe and Szegedy, Batch normalization, ICML 2015; Ba, Kiros and Hinton, Layer normalization, 2016";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
    [
        new("dropout", r => Uses.HasModelField(r, "dropout") && r["model"].Word()["dropout"].Double() > 0, "dropout before a batch norm shifts its statistics between training and use (Li et al., CVPR 2019)"),
        new("fixup-init", r => r["init"].HasValue && r["init"].Text() == "fixup", "Fixup is a stand-in for normalisation; with it the scaling is undone"),
    ];

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => Layers.IsNormalised(recipe);

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = !Uses.HasModelField(recipe, "norm") ? $"the model '{recipe["model"].Text()}' has no setting for it"
            : Layers.IsNormalised(recipe) ? "the layers are normalised already"
            : "";

        // Gradients grow exponentially with depth through batch norm alone (Yang et al., A mean field theory of batch normalization, 2019).
        bool byRow = recipe["train.batch"].Int() < SmallBatch || Layers.Count(recipe) > 20;
        return reason.Length > 0 ? null : recipe.With($"model.{recipe["model"].Text()}.norm", byRow ? "layer" : "batch");
    }
}

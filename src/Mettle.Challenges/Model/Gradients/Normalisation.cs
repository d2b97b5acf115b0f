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
        [new("batches of a few rows", r => Uses.AnyBatchNorm(r) && r["train.batch"].Int() < SmallBatch, "the mean and variance of so few rows are too noisy to divide by (Wu and He, Group normalization, 2018)")];

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

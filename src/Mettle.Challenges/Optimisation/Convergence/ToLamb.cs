using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Steps of Adam made as long as the weights of each layer, which keeps training with large batches stable.</summary>
public sealed class ToLamb : Treatment
{
    /// <inheritdoc/>
    public override string Name => "lamb";

    /// <inheritdoc/>
    public override string Summary => "Steps of Adam made as long as the weights of each layer, which keeps training with large batches stable.";

    /// <inheritdoc/>
    public override string Source => "You et al., Large batch optimization for deep learning: training BERT in 76 minutes, ICLR 2020";

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = RateChange.Optimizer(recipe) == "lamb" ? "lamb is in use"
            : recipe["train.storage"].Text() != "f32" ? "its state is kept as f32 only"
            : recipe["train.batch"].Int() < 256 ? $"it is for large batches; this one has {recipe["train.batch"].Int()} rows"
            : "";
        return reason.Length > 0 ? null : recipe.WithYaml("train.optimizer", "lamb").With("train.optimizer.lamb.rate", 0.01);
    }
}

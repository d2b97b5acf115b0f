using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Orthogonalised momentum for hidden weight matrices, so that all their directions are learned alike.</summary>
public sealed class ToMuon : Treatment
{
    /// <inheritdoc/>
    public override string Name => "muon";

    /// <inheritdoc/>
    public override string Summary => "Orthogonalised momentum for hidden weight matrices, so that all their directions are learned alike.";

    /// <inheritdoc/>
    public override string Source => "Jordan et al., Muon: an optimizer for hidden layers in neural networks, 2024";

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => RateChange.Optimizer(recipe) == "muon";

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = RateChange.Optimizer(recipe) == "muon" ? "muon is in use"
            : recipe["train.storage"].Text() != "f32" ? "its state is kept as f32 only"
            : "";
        return reason.Length > 0 ? null : recipe.WithYaml("train.optimizer", "muon");
    }
}

using Mettle.Runs;

namespace Mettle.Challenges.Computation;

/// <summary>Keeps optimiser state and checkpointed activations in 16 bits.</summary>
public sealed class Bf16Storage : CostTreatment
{
    /// <inheritdoc/>
    public override string Name => "bf16-storage";

    /// <inheritdoc/>
    public override string Summary => "Keeps the optimiser's state, rounded at random, and checkpointed activations in 16 bits; weights and computing stay in 32.";

    /// <inheritdoc/>
    public override string Source => "Kalamkar et al., A study of BFLOAT16 for deep learning training, 2019; Gupta et al., Deep learning with limited numerical precision, ICML 2015 (stochastic rounding)";

    /// <inheritdoc/>
    public override TreatmentAim Aim => TreatmentAim.Memory;

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe["train.storage"].Text() == "bf16";

    /// <inheritdoc/>
    protected override string Hindrance(Recipe recipe)
        => recipe["train.optimizer"].Text() is not ("sgd" or "adam" or "adamw") ? "the optimiser keeps its state in 32 bits"
            : "";

    /// <inheritdoc/>
    protected override Recipe Change(Recipe recipe) => recipe.With("train.storage", "bf16");
}

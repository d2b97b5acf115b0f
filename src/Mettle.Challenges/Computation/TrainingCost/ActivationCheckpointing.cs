using Mettle.Runs;

namespace Mettle.Challenges.Computation;

/// <summary>Keeps the inputs of blocks only and computes the rest again.</summary>
public sealed class ActivationCheckpointing : CostTreatment
{
    /// <inheritdoc/>
    public override string Name => "activation-checkpointing";

    /// <inheritdoc/>
    public override string Summary => "Keeps the inputs of the model's blocks only and computes the rest again in the backward pass: the same bits, a third more work.";

    /// <inheritdoc/>
    public override string Source => "Chen, Xu, Zhang and Guestrin, Training deep nets with sublinear memory cost, 2016";

    /// <inheritdoc/>
    public override TreatmentAim Aim => TreatmentAim.Memory;

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe["train.checkpoint-activations"].Bool();

    /// <inheritdoc/>
    protected override string Hindrance(Recipe recipe)
        => recipe["model"].Text() is not ("mlp" or "cnn" or "tabular") ? "the model is not made of blocks one after the other"
            : "";

    /// <inheritdoc/>
    protected override Recipe Change(Recipe recipe) => recipe.With("train.checkpoint-activations", true);
}

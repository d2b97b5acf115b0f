namespace Mettle.Nn;

/// <summary>A step between its backward pass and its update.</summary>
/// <param name="Epoch">Epoch from 0.</param>
/// <param name="Step">Step in the epoch from 0.</param>
/// <param name="GlobalStep">Step in the training from 0.</param>
/// <param name="Model">The model, with the weights before the update.</param>
/// <param name="Parameters">Its parameters; <see cref="Parameter.Grad"/> holds their gradients before clipping.</param>
/// <param name="Batch">The batch as loaded (before mixup).</param>
/// <param name="Loss">Mean loss of the batch.</param>
public sealed record TrainingContext(
    int Epoch,
    int Step,
    long GlobalStep,
    Module Model,
    IReadOnlyList<Parameter> Parameters,
    Batch Batch,
    double Loss);

namespace Mettle.Nn;

/// <summary>What one optimiser step came to.</summary>
/// <param name="Epoch">Epoch from 0.</param>
/// <param name="Step">Step in the epoch from 0.</param>
/// <param name="GlobalStep">Step in the training from 0.</param>
/// <param name="Samples">Samples in the batch.</param>
/// <param name="Loss">Mean loss of the batch.</param>
/// <param name="Rate">Learning rate.</param>
/// <param name="GradientNorm">Global L2 norm before clipping.</param>
/// <param name="SamplesPerSecond">Speed of this step, loading included.</param>
public readonly record struct StepInfo(
    int Epoch,
    int Step,
    long GlobalStep,
    int Samples,
    double Loss,
    double Rate,
    double GradientNorm,
    double SamplesPerSecond);

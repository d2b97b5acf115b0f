namespace Mettle.Nn;

/// <summary>What one epoch came to.</summary>
/// <param name="Epoch">Epoch from 0.</param>
/// <param name="TrainLoss">Mean loss over the epoch's samples, as the model saw them while it changed (augmented, with dropout).</param>
/// <param name="TrainMetrics">By name, measured like the loss: "accuracy" where classes are predicted.</param>
/// <param name="ValidationLoss">Mean loss on the validation samples after the epoch; null without any.</param>
/// <param name="ValidationMetrics">The plan's metrics by name; empty without validation samples.</param>
/// <param name="Rate">Learning rate of the last step.</param>
/// <param name="Seconds">Time the epoch took, validation included.</param>
public sealed record EpochInfo(
    int Epoch,
    double TrainLoss,
    IReadOnlyDictionary<string, double> TrainMetrics,
    double? ValidationLoss,
    IReadOnlyDictionary<string, double> ValidationMetrics,
    double Rate,
    double Seconds)
{
    /// <summary>The validation loss, or the training loss where there is no validation.</summary>
    internal double WatchedLoss => ValidationLoss ?? TrainLoss;
}

namespace Mettle.Nn;

/// <summary>How a training ended.</summary>
/// <param name="History">All finished epochs, those before a resume included.</param>
/// <param name="BestEpoch">Epoch with the best watched value (validation loss unless said otherwise); -1 if none.</param>
/// <param name="Steps">Optimiser steps taken, those before a resume included.</param>
/// <param name="Seconds">Time spent, that before a resume included.</param>
/// <param name="Stopped">Whether early stopping ended it.</param>
/// <param name="Interrupted">Whether it was cancelled; a checkpoint was left if the plan names a path.</param>
/// <param name="Divergence">Why it could not go on; null if it could.</param>
public sealed record TrainingResult(
    IReadOnlyList<EpochInfo> History,
    int BestEpoch,
    long Steps,
    double Seconds,
    bool Stopped,
    bool Interrupted,
    Divergence? Divergence)
{
    /// <summary>Breakdowns that training recovered from, in order.</summary>
    public IReadOnlyList<TrainingRecovery> Recoveries { get; init; } = [];

    /// <summary>The learning-rate range test that was run before or in training; null if none was.</summary>
    public RateRange? RateRange { get; init; }
}

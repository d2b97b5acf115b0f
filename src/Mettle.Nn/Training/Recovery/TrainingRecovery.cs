using System.Text.Json.Serialization;

namespace Mettle.Nn;

/// <summary>Why a training broke down.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FailureCause>))]
public enum FailureCause
{
    /// <summary>Rows of the batch hold a NaN or infinity, or give a loss that is not finite where all others give a finite one.</summary>
    BadSample,

    /// <summary>A loss, gradient or weight became NaN or infinite though the rows are sound.</summary>
    NonFinite,

    /// <summary>The gradient's norm rose far above its median before the loss did.</summary>
    ExplodingGradient,

    /// <summary>The loss rose far above what it was, for several steps in a row.</summary>
    LossSpike,

    /// <summary>Nothing is learned from the start and the loss or the weights have blown up.</summary>
    FailedStart,
}

/// <summary>A breakdown in training and how it went on.</summary>
/// <param name="Epoch">Epoch of the breakdown, from 0.</param>
/// <param name="Step">Step in that epoch, from 0.</param>
/// <param name="GlobalStep">Step in the training, from 0.</param>
/// <param name="Cause">What it was.</param>
/// <param name="Finding">What was seen, in a sentence.</param>
/// <param name="Remedy">What was changed, in a sentence.</param>
/// <param name="FromEpoch">Epoch that training went on from.</param>
/// <param name="FromStep">Step in that epoch.</param>
/// <param name="FromGlobalStep">Step in the training.</param>
public sealed record TrainingRecovery(
    int Epoch, int Step, long GlobalStep, FailureCause Cause, string Finding, string Remedy, int FromEpoch, int FromStep, long FromGlobalStep)
{
    /// <summary>The op that made the first NaN or infinity, with file and line; null where there was none.</summary>
    public NanBirth? Birth { get; init; }

    /// <summary>Layer or parameter it showed in first; null where that means nothing.</summary>
    public string? Layer { get; init; }

    /// <summary>Training rows left out from here on.</summary>
    public IReadOnlyList<int> Rows { get; init; } = [];

    /// <summary>Factor on the plan's learning rate from here on.</summary>
    public double RateScale { get; init; } = 1;

    /// <summary>Largest gradient norm from here on; 0 for the plan's own limit.</summary>
    public double ClipNorm { get; init; }

    /// <summary>Task being learned, from 0; null without tasks.</summary>
    public int? Task { get; init; }

    /// <summary>Loss at the breakdown; null where it was not finite.</summary>
    public double? Loss { get; init; }

    /// <summary>All in one line.</summary>
    [JsonIgnore]
    public string Message => $"Epoch {Epoch + 1}{(Task is { } task ? $" (task {task + 1})" : "")}, step {Step + 1}: {Finding} {Remedy} Training went on from epoch {FromEpoch + 1}, step {FromStep + 1}.";
}

using System.Text.Json.Serialization;

namespace Mettle.Nn;

/// <summary>Where a training is: everything beside tensors that its continuation depends on.</summary>
internal sealed class TrainingState
{
    private double[] watchedLosses = [];

    /// <summary>Plan settings that a checkpoint must agree with.</summary>
    public Dictionary<string, string> Plan { get; set; } = [];

    public int Epoch { get; set; }

    public int Step { get; set; }

    public long GlobalStep { get; set; }

    /// <summary>Global step at which the task in training began; 0 without tasks.</summary>
    public long Began { get; set; }

    /// <summary>Sum of the epoch's losses over samples, in batch order.</summary>
    public double LossSum { get; set; }

    /// <summary>The same of the losses that recovery judges by, where these are not the whole; else null.</summary>
    public double? WatchedSum { get; set; }

    /// <summary>Samples that were right so far in the epoch (a fraction where samples are mixed).</summary>
    public double CorrectSum { get; set; }

    /// <summary>Samples of the epoch for which right and wrong is defined.</summary>
    public long Judged { get; set; }

    public long Samples { get; set; }

    /// <summary>Learning rate of the last step.</summary>
    public double Rate { get; set; }

    /// <summary>Seconds of the epochs before this one.</summary>
    public double Seconds { get; set; }

    /// <summary>Seconds of this epoch before the checkpoint.</summary>
    public double EpochSeconds { get; set; }

    public List<EpochInfo> History { get; set; } = [];

    /// <summary>Step at or after which the next snapshot is taken.</summary>
    public long NextSnapshot { get; set; }

    /// <summary>Health of the training; null without recovery.</summary>
    public LossWatch? Watch { get; set; }

    /// <summary>What recoveries have changed; shared by all clones.</summary>
    public RecoveryState Recovery { get; set; } = new();

    public IReadOnlyList<double> WatchedLosses
        => watchedLosses.Length == History.Count ? watchedLosses : watchedLosses = [.. History.Select(e => e.WatchedLoss)];

    /// <summary>Mean over the epoch so far of the losses that recovery judges by.</summary>
    public double WatchedMean => (WatchedSum ?? LossSum) / Samples;

    /// <summary>A copy that goes its own way, but for <see cref="Recovery"/>.</summary>
    public TrainingState Clone()
    {
        var copy = (TrainingState)MemberwiseClone();
        copy.History = [.. History];
        copy.Watch = Watch?.Clone();
        return copy;
    }

    public void BeginNextEpoch()
    {
        Epoch++;
        Step = 0;
        LossSum = CorrectSum = EpochSeconds = 0;
        WatchedSum = null;
        Samples = Judged = 0;
    }
}

/// <summary>JSON of the state without reflection.</summary>
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(TrainingState))]
[JsonSerializable(typeof(List<TrainingState>))]
internal sealed partial class TrainingStateJson : JsonSerializerContext;

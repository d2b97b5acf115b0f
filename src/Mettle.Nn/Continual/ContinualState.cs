using System.Text.Json.Serialization;

namespace Mettle.Nn;

/// <summary>Where a training in tasks is: everything beside tensors that its continuation depends on.</summary>
internal sealed class ContinualState
{
    /// <summary>Plan settings that a checkpoint must agree with.</summary>
    public Dictionary<string, string> Plan { get; set; } = [];

    public int Task { get; set; }

    /// <summary>Epoch of the task.</summary>
    public int Epoch { get; set; }

    /// <summary>Step of the epoch.</summary>
    public int Step { get; set; }

    public long GlobalStep { get; set; }

    public double LossSum { get; set; }

    public long Samples { get; set; }

    /// <summary>Learning rate of the last step.</summary>
    public double Rate { get; set; }

    /// <summary>Seconds of the epochs before this one.</summary>
    public double Seconds { get; set; }

    /// <summary>Seconds of this epoch before the checkpoint.</summary>
    public double EpochSeconds { get; set; }

    public List<EpochInfo> History { get; set; } = [];

    public List<double> Untrained { get; set; } = [];

    public List<double[]> Accuracies { get; set; } = [];

    public List<bool[]> RightAfter { get; set; } = [];

    public List<bool[]> RightAtEnd { get; set; } = [];

    /// <summary>Whether the task has begun: its rows are chosen and the method has prepared for it.</summary>
    public bool Within => Epoch > 0 || Step > 0;
}

/// <summary>JSON of the state without reflection.</summary>
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(ContinualState))]
internal sealed partial class ContinualStateJson : JsonSerializerContext;

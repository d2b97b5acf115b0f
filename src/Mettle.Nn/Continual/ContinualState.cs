using System.Text.Json.Serialization;

namespace Mettle.Nn;

/// <summary>Where a training in tasks is: everything beside tensors that its continuation depends on.</summary>
internal sealed class ContinualState
{
    /// <summary>Plan settings that a checkpoint must agree with.</summary>
    public Dictionary<string, string> Plan { get; set; } = [];

    public int Task { get; set; }

    /// <summary>Whether the task has begun: its rows are chosen and the method has prepared for it.</summary>
    public bool Begun { get; set; }

    /// <summary>Place, sums, history and health. Epochs are counted through: task t begins with epoch t times those of a task.</summary>
    public TrainingState Training { get; set; } = new();

    public List<double> Untrained { get; set; } = [];

    public List<double[]> Accuracies { get; set; } = [];

    public List<bool[]> RightAfter { get; set; } = [];

    public List<bool[]> RightAtEnd { get; set; } = [];
}

/// <summary>JSON of the state without reflection.</summary>
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(ContinualState))]
internal sealed partial class ContinualStateJson : JsonSerializerContext;

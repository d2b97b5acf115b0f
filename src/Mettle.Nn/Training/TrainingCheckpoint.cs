using System.Globalization;
using System.Text.Json;

namespace Mettle.Nn;

/// <summary>
/// A training in one safetensors file: "model.*", "optimizer.*", "averaging.*", "best.*" and, as metadata, the place in the
/// epoch, the running sums and the history. Written to a temporary file and renamed.
/// </summary>
internal static class TrainingCheckpoint
{
    /// <summary>Name of the metadata that hold the snapshots' places.</summary>
    public const string SnapshotStates = "snapshots";

    private const string Format = "mettle-training-1";

    public static void Save(string path, TrainingPlan plan, TrainingState state, BestWeights best, IReadOnlyList<Snapshot> snapshots)
    {
        using var scope = MemoryScope.Begin("checkpoint");
        state.Plan = Fingerprint(plan);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        tensors.Add("model", plan.Model.StateDict());
        tensors.Add("optimizer", plan.Optimizer.StateDict());
        tensors.Add("averaging", plan.Averaging?.StateDict() ?? new Dictionary<string, Tensor>());
        tensors.Add("best", best.State);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = Format,
            ["state"] = JsonSerializer.Serialize(state, TrainingStateJson.Default.TrainingState),
        };
        AddSnapshots(tensors, metadata, snapshots, best);
        Safetensors.Write(path, tensors, metadata);
    }

    public static TrainingState Load(string path, TrainingPlan plan, BestWeights best, Snapshots? snapshots)
    {
        using var scope = MemoryScope.Begin("checkpoint");
        var content = Safetensors.Read(path);
        if (content.Metadata.GetValueOrDefault("format") != Format)
        {
            throw new InvalidDataException($"{path}: this is no training checkpoint (its metadata lack format = {Format}).");
        }

        var state = CheckpointParts.Parse(path, content.Metadata.GetValueOrDefault("state"), TrainingStateJson.Default.TrainingState);
        CheckpointParts.Require(path, state.Plan, Fingerprint(plan));

        plan.Model.LoadStateDict(content.Part("model"));
        plan.Optimizer.LoadStateDict(content.Part("optimizer"));
        plan.Averaging?.LoadStateDict(content.Part("averaging"));
        best.Take(content.Part("best"));
        snapshots?.Load(SnapshotsOf(path, content, best));
        return state;
    }

    /// <summary>Adds what a training may be rolled back to: "snapshot0.*" and so on.</summary>
    public static void AddSnapshots(Dictionary<string, Tensor> tensors, Dictionary<string, string> metadata, IReadOnlyList<Snapshot> snapshots, BestWeights best)
    {
        for (int i = 0; i < snapshots.Count; i++)
        {
            tensors.Add($"snapshot{i}", snapshots[i].Tensors);
            tensors.Add($"snapshot{i}-best", ReferenceEquals(snapshots[i].Best, best.State) ? new Dictionary<string, Tensor>() : snapshots[i].Best);
        }

        if (snapshots.Count > 0)
        {
            metadata[SnapshotStates] = JsonSerializer.Serialize([.. snapshots.Select(s => Alone(s.State))], TrainingStateJson.Default.ListTrainingState);
        }
    }

    /// <summary>Reads them.</summary>
    public static IEnumerable<Snapshot> SnapshotsOf(string path, SafetensorsContent content, BestWeights best)
    {
        return CheckpointParts.Parse(path, content.Metadata.GetValueOrDefault(SnapshotStates), TrainingStateJson.Default.ListTrainingState)
            .Select((s, i) => Snapshot.Of(s, content.Part($"snapshot{i}"), BestOf(s, content.Part($"snapshot{i}-best"))));

        // Best weights that a snapshot shares with the training are written once.
        IReadOnlyDictionary<string, Tensor> BestOf(TrainingState at, Dictionary<string, Tensor> own)
            => own.Count > 0 ? BestWeights.Copy(own) : at.History.Count == 0 ? own : best.State;
    }

    // Recoveries belong to the training, not to a place in it.
    private static TrainingState Alone(TrainingState state)
    {
        var copy = state.Clone();
        copy.Recovery = new RecoveryState();
        copy.Plan = [];
        return copy;
    }

    // What decides which samples and numbers the next step sees.
    private static Dictionary<string, string> Fingerprint(TrainingPlan plan) => new(StringComparer.Ordinal)
    {
        ["seed"] = plan.Seed.ToString(CultureInfo.InvariantCulture),
        ["batch size"] = plan.BatchSize.ToString(CultureInfo.InvariantCulture),
        ["training samples"] = plan.Train.Count.ToString(CultureInfo.InvariantCulture),
        ["steps per epoch"] = plan.StepsPerEpoch.ToString(CultureInfo.InvariantCulture),
        ["mixup"] = plan.Mixup.ToString("R", CultureInfo.InvariantCulture),
        ["cutmix"] = plan.CutMix.ToString("R", CultureInfo.InvariantCulture),
        ["base rate"] = plan.Optimizer.BaseRate.ToString("R", CultureInfo.InvariantCulture),
        ["optimizer"] = plan.Optimizer.GetType().Name,
        ["schedule"] = plan.Schedule.GetType().Name,
        ["averaging"] = plan.Averaging?.GetType().Name ?? "none",
        ["sharpness"] = plan.Sharpness is not { } s ? "none" : string.Create(CultureInfo.InvariantCulture, $"{(s.Adaptive ? "asam" : "sam")} {s.Rho:R} {s.Eta:R}"),
        ["saddle escape"] = plan.Escape is not { } e ? "none" : string.Create(CultureInfo.InvariantCulture, $"{e.Radius:R} {e.Threshold:R} {e.Every}"),
        ["accumulation"] = plan.Accumulate.ToString(CultureInfo.InvariantCulture),
        ["selection"] = plan.Selection is { } rows ? string.Create(CultureInfo.InvariantCulture, $"power {rows.Power} after {rows.Warmup}") : "none",
        ["resizing"] = plan.Resizing is { } r ? string.Create(CultureInfo.InvariantCulture, $"from {r.From:R} until {r.Until:R} in {r.Stages}") : "none",
        ["recovery"] = plan.Recovery?.ToString() ?? "none",
        ["rate search"] = plan.RateSearch?.ToString() ?? "none",
    };
}

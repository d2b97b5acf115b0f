using System.Globalization;
using System.Text.Json;

namespace Mettle.Nn;

/// <summary>
/// A training in tasks in one safetensors file: "model.*", "optimizer.*", "method.*", the rows of the task begun, what it may be
/// rolled back to ("snapshot0.*" and so on, "first.*"), and as metadata the place and the record. Written to a temporary file and renamed.
/// </summary>
internal static class ContinualCheckpoint
{
    private const string Format = "mettle-continual-2";
    private const string TaskRows = "rows";

    public static void Save(string path, ContinualPlan plan, ContinualState state, IReadOnlyList<int> rows, IReadOnlyList<Snapshot> snapshots, Snapshot? first)
    {
        using var scope = MemoryScope.Begin("checkpoint");
        state.Plan = Fingerprint(plan);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal) { [TaskRows] = Tensor.From(rows.Select(r => (long)r).ToArray()) };
        tensors.Add("model", plan.Training.Model.StateDict());
        tensors.Add("optimizer", plan.Training.Optimizer.StateDict());
        tensors.Add("method", plan.Method.StateDict());
        tensors.Add("first", first?.Tensors ?? new Dictionary<string, Tensor>());
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = Format,
            ["state"] = JsonSerializer.Serialize(state, ContinualStateJson.Default.ContinualState),
        };
        TrainingCheckpoint.AddSnapshots(tensors, metadata, snapshots, new BestWeights());
        Safetensors.Write(path, tensors, metadata);
    }

    public static ContinualState Load(string path, ContinualPlan plan, out int[] rows, out IReadOnlyList<Snapshot> snapshots, out Snapshot? first)
    {
        using var scope = MemoryScope.Begin("checkpoint");
        var content = Safetensors.Read(path);
        if (content.Metadata.GetValueOrDefault("format") != Format)
        {
            throw new InvalidDataException($"{path}: this is no checkpoint of a training in tasks (its metadata lack format = {Format}).");
        }

        var state = CheckpointParts.Parse(path, content.Metadata.GetValueOrDefault("state"), ContinualStateJson.Default.ContinualState);
        CheckpointParts.Require(path, state.Plan, Fingerprint(plan));

        plan.Training.Model.LoadStateDict(content.Part("model"));
        plan.Training.Optimizer.LoadStateDict(content.Part("optimizer"));
        plan.Method.LoadStateDict(content.Part("method"));
        rows = content.Tensors.TryGetValue(TaskRows, out var chosen)
            ? [.. chosen.ToArray<long>().Select(r => checked((int)r))]
            : throw new InvalidDataException($"{path}: the rows of the task are missing.");
        snapshots = content.Metadata.ContainsKey(TrainingCheckpoint.SnapshotStates) ? [.. TrainingCheckpoint.SnapshotsOf(path, content, new BestWeights())] : [];
        first = content.Part("first") is { Count: > 0 } saved ? Snapshot.Of(new TrainingState(), saved, new Dictionary<string, Tensor>()) : null;
        return state;
    }

    // What decides which samples and numbers the next step sees.
    private static Dictionary<string, string> Fingerprint(ContinualPlan plan) => new(StringComparer.Ordinal)
    {
        ["seed"] = plan.Training.Seed.ToString(CultureInfo.InvariantCulture),
        ["batch size"] = plan.Training.BatchSize.ToString(CultureInfo.InvariantCulture),
        ["training samples"] = plan.Training.Train.Count.ToString(CultureInfo.InvariantCulture),
        ["tasks"] = plan.Sequence.Count.ToString(CultureInfo.InvariantCulture),
        ["base rate"] = plan.Training.Optimizer.BaseRate.ToString("R", CultureInfo.InvariantCulture),
        ["optimizer"] = plan.Training.Optimizer.GetType().Name,
        ["method"] = plan.Method.Name,
        ["recovery"] = plan.Training.Recovery?.ToString() ?? "none",
    };
}

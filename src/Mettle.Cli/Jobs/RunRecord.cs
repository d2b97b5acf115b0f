using System.Text.Json;
using Mettle.Challenges;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Cli;

/// <summary>Writes down what happens in a run, in the run store and in the folder's events, as it happens.</summary>
internal sealed class RunRecord(RunStore store, RunFolder folder, Recipe recipe)
{
    private const string BeginKind = "begin";
    private const string EpochKind = "epoch";

    /// <summary>What command the folder was made by; a folder made by code counts as a whole job.</summary>
    public static JobKind KindOf(RunFolder folder)
        => folder.Events().FirstOrDefault(e => e.Kind == BeginKind)?.Read<Beginning>().Command ?? JobKind.Run;

    /// <summary>Epochs of one training of a run, in order; those repeated after a resume once.</summary>
    public static IReadOnlyList<EpochInfo> Epochs(RunFolder folder, string phase)
        => [.. folder.Events().Where(e => e.Kind == EpochKind)
            .Select(e => e.Read<Epoch>()).Where(e => e.Phase == phase)
            .GroupBy(e => e.Info.Epoch).OrderBy(g => g.Key).Select(g => g.Last().Info)];

    /// <summary>Breakdowns that one training of a run recovered from, in order; those repeated after a resume once.</summary>
    public static IReadOnlyList<TrainingRecovery> Recoveries(RunFolder folder, string phase)
        => [.. folder.Events().Where(e => e.Kind == MainJob.RecoveryKind)
            .Select(e => e.Read<MainJob.PhaseRecovery>()).Where(r => r.Phase == phase)
            .Select(r => r.Recovery).DistinctBy(r => r.Message)];

    /// <summary>Accuracy on each task after each task of one training of a run; null where rows did not come as tasks.</summary>
    public static TaskRecord? Tasks(RunFolder folder, string phase)
        => folder.Events().Where(e => e.Kind == MainJob.TasksKind)
            .Select(e => e.Read<MainJob.PhaseTasks>()).LastOrDefault(t => t.Phase == phase)?.Record;

    /// <summary>Says what command a folder is made by.</summary>
    public static void Begin(RunFolder folder, JobKind kind) => folder.Append(BeginKind, new Beginning(kind));

    /// <summary>Brings the store's row of the run up to date.</summary>
    public void Status(string summary = "") => store.RecordRun(StoredRun.Of(folder, recipe, summary));

    /// <summary>An epoch is over.</summary>
    /// <param name="phase">Which training.</param>
    /// <param name="info">What it came to.</param>
    /// <param name="stepsPerEpoch">For the metrics' place on the axis of steps.</param>
    public void EpochDone(string phase, EpochInfo info, int stepsPerEpoch)
    {
        folder.Append(EpochKind, new Epoch(phase, info));
        // The treated model's curves stand beside the first ones, not in their place.
        string prefix = phase == "first" ? "" : $"{phase}-";
        long step = (info.Epoch + 1L) * stepsPerEpoch;
        var points = new List<MetricPoint> { Point("train", "loss", info.TrainLoss) };
        points.AddRange(info.TrainMetrics.Select(m => Point("train", m.Key, m.Value)));
        if (info.ValidationLoss is { } loss) points.Add(Point("validation", "loss", loss));
        points.AddRange(info.ValidationMetrics.Select(m => Point("validation", m.Key, m.Value)));
        store.RecordMetrics(folder.Id, points);

        MetricPoint Point(string split, string name, double value) => new($"{prefix}{split}", name, step, info.Epoch + 1, value);
    }

    /// <summary>Test metrics, findings and trials of a whole job.</summary>
    public void Report(RunReport report)
    {
        store.RecordMetrics(folder.Id, [.. report.TestMetrics.Select(m => new MetricPoint("test", m.Metric, 0, 0, m.Value))]);
        store.RecordFindings(folder.Id, [.. report.Findings.Select(f => new StoredFinding(
            f.Challenge.Value, f.Check, f.Title, Text(f.Severity), f.Measured.Metric, f.Measured.Value, f.Threshold, f.PValue, JsonSerializer.Serialize(f, Terminal.JsonOptions)))]);
        store.RecordTrials(folder.Id, [.. report.Trials.Select(t => new StoredTrial(
            t.Treatment, t.Challenge.Value, Text(t.Verdict), string.Join('\n', t.RecipeDiff), t.Difference.Value, t.Difference.Interval?.Low ?? double.NaN,
            t.Difference.Interval?.High ?? double.NaN, t.PValue, JsonSerializer.Serialize(t, Terminal.JsonOptions)))]);
    }

    private static string Text<T>(T value)
        where T : struct, Enum
        => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private sealed record Beginning(JobKind Command);

    private sealed record Epoch(string Phase, EpochInfo Info);
}

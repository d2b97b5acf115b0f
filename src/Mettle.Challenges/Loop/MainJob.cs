using System.Diagnostics;
using Mettle.Data;
using Mettle.Nn;
using Mettle.Onnx;
using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>
/// The main job: read, train, examine, treat, prove on held-out data, open the test split once, package. Everything that
/// takes long leaves its result in the run folder, so a killed run goes on where it was and ends with the same bits.
/// </summary>
public sealed class MainJob(Catalogue catalogue, IRunProgress progress)
{
    /// <summary>File of the packaged weights.</summary>
    public const string WeightsFile = "model.safetensors";

    /// <summary>File of what encodes new rows the way the model was trained.</summary>
    public const string EncoderFile = "encoder.json";

    /// <summary>Kind of the run folder's events that hold a <see cref="PhaseRecovery"/>.</summary>
    public const string RecoveryKind = "recovery";

    /// <summary>Kind of the run folder's events that hold a <see cref="PhaseTasks"/>.</summary>
    public const string TasksKind = "tasks";

    /// <summary>Seen after every epoch of the first and last training, for a store.</summary>
    public event Action<string, EpochInfo>? EpochDone;

    /// <summary>Runs or resumes the job in <paramref name="folder"/>; its data was read before, so that bad data leaves no folder.</summary>
    /// <exception cref="OperationCanceledException">The run was interrupted; its folder can be resumed.</exception>
    /// <exception cref="DataException">The folder was begun with other data.</exception>
    public RunReport Run(RunFolder folder, Experiment experiment, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var recipe = experiment.Recipe;
        Begin(folder, experiment);
        var first = Train(folder, experiment, "training", "first", cancellation);
        var subject = new Subject(experiment, first, RandomKey.FromSeed((ulong)recipe["seed"].Long()).For("checks"));
        var examination = Examination.Run(catalogue, subject, progress, cancellation);
        foreach (var p in examination.Problems)
        {
            progress.Note($"found: {p.Title}");
        }

        var loop = Treat(folder, experiment, examination, cancellation);
        var final = first;
        bool treated = loop.Recipe.Hash != recipe.Hash;
        if (treated)
        {
            final = Train(folder, experiment.With(loop.Recipe), "training the treated recipe", "final", cancellation);
        }

        return Package(folder, experiment, treated ? experiment.With(loop.Recipe) : experiment, first, final, examination, loop, clock.Elapsed.TotalSeconds);
    }

    /// <summary>Trains only: the first stage of the job, with its weights packaged.</summary>
    public TrainedModel TrainOnly(RunFolder folder, Experiment experiment, CancellationToken cancellation)
    {
        Begin(folder, experiment);
        var model = Train(folder, experiment, "training", "first", cancellation);
        WriteModel(folder, experiment, model, out _);
        return model;
    }

    // What the folder holds (checkpoints, finished retrainings) belongs to the rows it was begun with.
    private void Begin(RunFolder folder, Experiment experiment)
    {
        foreach (var (name, hash) in folder.Manifest.DataHashes)
        {
            if (experiment.Data.Hashes.GetValueOrDefault(name) != hash)
            {
                throw new DataException($"The data has changed since the run {folder.Id} was begun.", "Restore the file or begin a new run.", name);
            }
        }

        folder.Update(m => m with { Threads = Scheduler.Threads, DataHashes = experiment.Data.Hashes });
        foreach (string conflict in catalogue.ConflictsIn(experiment.Recipe))
        {
            progress.Note($"conflict: {conflict}");
        }
    }

    private TrainedModel Train(RunFolder folder, Experiment experiment, string stageName, string phase, CancellationToken cancellation)
    {
        using var stage = progress.Stage(stageName, experiment.TotalSteps);
        var observer = new StageObserver(stage, e => EpochDone?.Invoke(phase, e), r =>
        {
            progress.Note($"recovered: {r.Message}");
            folder.Append(RecoveryKind, new PhaseRecovery(phase, r));
        });
        var model = experiment.Train(new TrainOptions
        {
            CheckpointPath = folder.File($"{phase}.checkpoint"),
            Observers = [observer],
            Cancellation = cancellation,
        });
        cancellation.ThrowIfCancellationRequested();
        if (model.Tasks is { } tasks)
        {
            folder.Append(TasksKind, new PhaseTasks(phase, tasks));
        }

        if (model.Result.Divergence is { } divergence)
        {
            progress.Note(divergence.Message);
        }

        return model;
    }

    private LoopResult Treat(RunFolder folder, Experiment experiment, Examination examination, CancellationToken cancellation)
    {
        var recipe = experiment.Recipe;
        if (!recipe["treat.enabled"].Bool())
        {
            return new LoopResult(recipe, [], []);
        }

        if (experiment.Data.Encoded.Validation is null)
        {
            bool asked = examination.Problems.Count > 0 || catalogue.Wanted(recipe) is not null;
            return new LoopResult(recipe, [], asked ? ["No validation rows are held out, so no treatment could be judged: set data.validation above 0."] : []);
        }

        var options = LoopOptions.Of(recipe) with { Decide = folder.Decide };
        var loop = new TreatmentLoop(catalogue, options, new TrialLedger(folder), progress);
        var result = loop.Run(experiment, examination.Problems, cancellation);
        foreach (var t in result.Trials)
        {
            progress.Note($"{(t.Verdict == Verdict.Accepted ? "accepted" : t.Verdict == Verdict.RolledBack ? "rolled back" : "not tried")}: {t.Treatment}. {t.Reason}");
        }

        return result;
    }

    private RunReport Package(
        RunFolder folder, Experiment before, Experiment after, TrainedModel first, TrainedModel final, Examination examination, LoopResult loop, double seconds)
    {
        string hash = WriteModel(folder, after, final, out string? warning);
        bool treated = !ReferenceEquals(first, final);
        var test = after.Data.Encoded.Test is null ? null : after.Test(final);
        var report = new ReportBuilder(before, after, first, final, examination, loop)
        {
            Test = test,
            TestBefore = treated && test is not null ? before.Test(first) : null,
            WeightsSha256 = hash,
            Findings = examination.For(catalogue, before.Recipe),
            Warnings = [.. catalogue.ConflictsIn(after.Recipe).Except(loop.Warnings), .. warning is null ? [] : (string[])[warning]],
        };
        return report.Build(folder.Manifest, seconds);
    }

    private string WriteModel(RunFolder folder, Experiment experiment, TrainedModel model, out string? warning)
    {
        string path = folder.File(WeightsFile);
        Safetensors.Write(path, model.Module.StateDict(), new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = "pt",
            ["recipe"] = experiment.Recipe.Hash,
        });
        if (experiment.Data.Encoded.Encoder is { } encoder)
        {
            folder.WriteAtomic(EncoderFile, s => s.Write(System.Text.Encoding.UTF8.GetBytes(encoder)));
        }

        string hash = model.WeightsSha256();
        warning = WriteOnnx(folder, experiment, model, hash);
        if (warning is not null)
        {
            progress.Note(warning);
        }

        folder.Update(m => m with { WeightsSha256 = hash });
        return hash;
    }

    private static string? WriteOnnx(RunFolder folder, Experiment experiment, TrainedModel model, string hash)
    {
        string path = folder.File(ModelExport.FileName);
        try
        {
            var exported = ModelExport.Of(experiment, model.Module, folder.Id, hash);
            exported.Document.Save(path);
            return exported.Limit is { } limit ? $"{ModelExport.FileName} takes one row at a time, its batch size cannot be left open: {limit}" : null;
        }
        catch (OnnxException e)
        {
            return $"There is no {ModelExport.FileName}: {e.Message}";
        }
        catch (IOException e)
        {
            throw new RunIoException(path, $"could not be written, nothing was changed: {e.Message}", e);
        }
    }

    /// <summary>A recovery in one of a run's trainings, as the run folder's events keep it.</summary>
    /// <param name="Phase">"first" or "final".</param>
    /// <param name="Recovery">What happened.</param>
    public sealed record PhaseRecovery(string Phase, TrainingRecovery Recovery);

    /// <summary>Accuracy on each task after each task of one of a run's trainings, as the run folder's events keep it.</summary>
    /// <param name="Phase">"first" or "final".</param>
    /// <param name="Record">The accuracies.</param>
    public sealed record PhaseTasks(string Phase, TaskRecord Record);

    private sealed class StageObserver(IStage stage, Action<EpochInfo> epoch, Action<TrainingRecovery> recovery) : ITrainingObserver
    {
        private long seen;

        public void OnStep(in StepInfo step)
        {
            // A resumed training begins in its midst; one that was rolled back goes over steps again.
            if (step.GlobalStep >= seen)
            {
                stage.Advance((int)(step.GlobalStep + 1 - seen));
                seen = step.GlobalStep + 1;
            }

            stage.At($"epoch {step.Epoch + 1}, loss {step.Loss:0.0000}");
        }

        public void OnEpoch(EpochInfo info) => epoch(info);

        public void OnRecovery(TrainingRecovery done) => recovery(done);
    }
}

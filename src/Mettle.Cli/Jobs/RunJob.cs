using Mettle.Challenges;
using Mettle.Challenges.Computation;
using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Cli;

/// <summary>Carries a run from its recipe to a finished folder, or to one that can be resumed.</summary>
/// <param name="kind">What is to be done.</param>
/// <param name="root">Folder of the run folders.</param>
/// <param name="connection">The run store.</param>
/// <param name="terminal">Where progress goes.</param>
internal sealed class RunJob(JobKind kind, string root, string connection, Terminal terminal)
{
    /// <summary>Folder of the run folders unless another is named.</summary>
    public const string DefaultRoot = "runs";

    /// <summary>Threads that were asked for; null leaves it to recipe and environment.</summary>
    public int? Threads { get; init; }

    /// <summary>Begins a run. Where the recipe or its data turn out to be unusable, no folder stays.</summary>
    /// <param name="recipe">What to run.</param>
    /// <param name="decisions">Choices of an earlier run to be taken again.</param>
    public RunOutcome Begin(Recipe recipe, IReadOnlyList<RunDecision>? decisions = null)
    {
        using var progress = terminal.Progress();
        using var interruption = Listen(progress);
        Experiment experiment = Read(recipe, Threads, progress);
        progress.Note(RunEstimate.Quick(experiment, trains: kind == JobKind.Train).Line);
        using RunStore store = RunStore.Open(connection);
        using RunFolder folder = RunFolder.Create(root, recipe["name"].Text(), TimeProvider.System, f =>
        {
            RunRecord.Begin(f, kind);
            f.WriteRecipe(recipe);
        });
        try
        {
            if (decisions is { Count: > 0 }) folder.Update(m => m with { Decisions = decisions });
            var record = new RunRecord(store, folder, recipe);
            record.Status();
            return Work(folder, experiment, record, progress, interruption);
        }
        catch (Exception e) when (Failure.IsBadInput(e) && !HasProgress(folder))
        {
            folder.Dispose();
            Directory.Delete(folder.Path, recursive: true);
            throw;
        }
    }

    /// <summary>Goes on with a run; one that is finished is left as it is.</summary>
    /// <param name="run">Its name.</param>
    /// <param name="recipe">What the user believes it runs; null trusts the folder.</param>
    /// <exception cref="BadInputException">Recipe, command or data are not those it was begun with.</exception>
    public RunOutcome Resume(string run, Func<Vocabulary, Recipe>? recipe)
    {
        using RunFolder folder = RunFolder.Open(RunFolder.Resolve(root, run), TimeProvider.System);
        var begun = RunRecord.KindOf(folder);
        if (begun != kind)
            throw new BadInputException($"{folder.Path}: was begun with 'mettle {Name(begun)}'; resume it with 'mettle {Name(begun)} --resume {folder.Id}'");
        Vocabulary vocabulary = House.Vocabulary();
        Recipe own = folder.ReadRecipe(vocabulary);
        if (recipe?.Invoke(vocabulary) is { } given && given.Hash != own.Hash)
            throw new BadInputException($"{given.File}: is not the recipe of {folder.Id} ({string.Join("; ", Recipe.Diff(own, given).Take(4))}); leave it out, or begin a new run without --resume");
        if (folder.Manifest.Status == RunStatus.Finished) return Finished(folder, own);

        using var progress = terminal.Progress();
        using var interruption = Listen(progress);
        Experiment experiment = Read(own, Threads, progress);
        CheckData(folder, experiment);
        using RunStore store = RunStore.Open(connection);
        folder.Update(m => m with { Status = RunStatus.Running, Ended = null, Error = null });
        var record = new RunRecord(store, folder, own);
        record.Status();
        return Work(folder, experiment, record, progress, interruption);
    }

    /// <summary>The command that goes on with a run.</summary>
    public string ResumeLine(string id) => $"mettle {Name(kind)} --resume {id}{(root is DefaultRoot ? "" : $" --runs {root}")}";

    private RunOutcome Work(RunFolder folder, Experiment experiment, RunRecord record, ProgressDisplay progress, Interruption interruption)
    {
        var job = new MainJob(House.Catalogue, progress);
        int stepsPerEpoch = Math.Max(1, experiment.TotalSteps / experiment.TotalEpochs);
        job.EpochDone += (phase, info) => record.EpochDone(phase, info, stepsPerEpoch);
        try
        {
            RunOutcome outcome = kind == JobKind.Train ? Train(job, folder, experiment, interruption) : Run(job, folder, experiment, record, interruption);
            folder.MarkFinished();
            record.Status(outcome.Report?.Summary ?? "");
            return outcome with { Manifest = folder.Manifest };
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            progress.Dispose();
            folder.Update(m => m with { Status = RunStatus.Interrupted, Ended = TimeProvider.System.GetUtcNow() });
            record.Status();
            return new RunOutcome(kind, folder.Path, folder.Manifest) { Interrupted = interruption.ExitCode };
        }
        catch (Exception e)
        {
            progress.Dispose();
            Fail(folder, record, e);
            if (HasProgress(folder)) Console.Error.WriteLine($"what was done so far is kept; go on with: {ResumeLine(folder.Id)}");
            throw;
        }
    }

    private static RunOutcome Train(MainJob job, RunFolder folder, Experiment experiment, Interruption interruption)
    {
        TrainedModel model = job.TrainOnly(folder, experiment, interruption.Token);
        return new RunOutcome(JobKind.Train, folder.Path, folder.Manifest) { History = model.Result.History, Divergence = model.Result.Divergence?.Message };
    }

    private static RunOutcome Run(MainJob job, RunFolder folder, Experiment experiment, RunRecord record, Interruption interruption)
    {
        RunReport report = job.Run(folder, experiment, interruption.Token);
        ReportFile.Write(folder, report, experiment.Recipe["package.report"].Bool());
        record.Report(report);
        return new RunOutcome(JobKind.Run, folder.Path, folder.Manifest) { Report = report };
    }

    private RunOutcome Finished(RunFolder folder, Recipe recipe)
    {
        var outcome = new RunOutcome(kind, folder.Path, folder.Manifest)
        {
            Report = kind == JobKind.Run ? ReportFile.Read(folder.Path) : null,
            History = kind == JobKind.Train ? RunRecord.Epochs(folder, "first") : [],
        };
        // It may have been killed after its last file and before its last word to the store.
        using RunStore store = RunStore.Open(connection);
        new RunRecord(store, folder, recipe).Status(outcome.Report?.Summary ?? "");
        return outcome;
    }

    private static void Fail(RunFolder folder, RunRecord record, Exception e)
    {
        try
        {
            folder.MarkFailed(Failure.Of(e).Lines[0]);
            record.Status(Failure.Of(e).Lines[0]);
        }
        catch (Exception again) when (again is RunIoException or RunStoreException)
        {
            // The full disk or lost database that led here; the first error is the one to tell.
        }
    }

    /// <summary>Reads a recipe's data and sees whether it can be trained.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="asked">Threads that the user asked for.</param>
    /// <param name="progress">Where it is told.</param>
    public static Experiment Read(Recipe recipe, int? asked, ProgressDisplay progress)
    {
        if (asked is { } threads) Scheduler.Threads = threads;
        else if (recipe["train.threads"].Int() is > 0 and var own) Scheduler.Threads = Math.Min(own, 256);
        House.Catalogue.Chosen(recipe);
        House.Catalogue.Wanted(recipe);
        using var stage = progress.Stage("reading data", 1);
        var experiment = Experiment.Prepare(recipe, new DataCache());
        experiment.Check();
        stage.Advance();
        return experiment;
    }

    private static Interruption Listen(ProgressDisplay progress)
        => new(progress.Note, "stopping at the next step, leaving a checkpoint; Ctrl-C again stops at once");

    private static bool HasProgress(RunFolder folder) => Directory.EnumerateFiles(folder.Path, "*.checkpoint").Any();

    private static void CheckData(RunFolder folder, Experiment experiment)
    {
        foreach (var (name, hash) in folder.Manifest.DataHashes)
        {
            if (experiment.Data.Hashes.GetValueOrDefault(name) != hash)
                throw new BadInputException($"{name}: has changed since {folder.Id} was begun, so the run cannot go on; restore the file or begin a new run");
        }
    }

    private static string Name(JobKind kind) => kind == JobKind.Run ? "run" : "train";
}

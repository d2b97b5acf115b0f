using Mettle.Challenges;
using Mettle.Nn;
using Mettle.Onnx;
using Mettle.Runs;

namespace Mettle.Cli;

/// <summary>Rebuilds the model of a finished run from its recipe and its weights.</summary>
internal static class FinishedModel
{
    /// <summary>The model with its data, as the checks saw it when it was trained.</summary>
    /// <exception cref="BadInputException">The run has no weights, or they belong to another recipe.</exception>
    /// <exception cref="SafetensorsException">The weights' file is damaged.</exception>
    public static Subject Load(RunFolder folder, IRunProgress progress)
    {
        using var stage = progress.Stage("reading data and weights", 2);
        var (experiment, model, phase) = Rebuild(folder, stage);
        var data = experiment.Data.Encoded;
        var trained = new TrainedModel(
            model,
            Result(folder, phase),
            data.Validation is null ? null : experiment.Evaluate(model, data.Validation),
            experiment.Evaluate(model, data.Train))
        {
            Tasks = RunRecord.Tasks(folder, phase),
        };
        stage.Advance();
        return new Subject(experiment, trained, RandomKey.FromSeed((ulong)experiment.Recipe["seed"].Long()).For("checks"));
    }

    /// <summary>The model for ONNX; <paramref name="batch"/> null leaves the batch size open.</summary>
    /// <exception cref="BadInputException">As <see cref="Load"/>; or an operation has no ONNX form.</exception>
    public static ExportedModel Export(RunFolder folder, int? batch, IRunProgress progress)
    {
        using var stage = progress.Stage("reading data and weights", 2);
        var (experiment, model, _) = Rebuild(folder, stage);
        try
        {
            ExportedModel exported = ModelExport.Of(experiment, model, folder.Id, folder.Manifest.WeightsSha256 ?? "", batch);
            stage.Advance();
            return exported;
        }
        catch (OnnxException e)
        {
            throw new BadInputException($"{folder.Path}: the model has no ONNX form: {e.Message}");
        }
    }

    private static (Experiment Experiment, Module Model, string Phase) Rebuild(RunFolder folder, IStage stage)
    {
        string weights = folder.File(MainJob.WeightsFile);
        if (!File.Exists(weights)) throw new BadInputException($"{weights}: there are no weights; the run is {folder.Manifest.Status.ToString().ToLowerInvariant()}");
        Recipe recipe = FinalRecipe(folder, out string phase);
        var experiment = Experiment.Prepare(recipe, new DataCache());
        stage.Advance();
        Module model = experiment.BuildModel();
        IReadOnlyDictionary<string, string> metadata;
        try
        {
            metadata = Checkpoint.Load(model, weights);
        }
        catch (StateDictException e)
        {
            throw new InvalidDataException($"{weights}: {e.Message} Restore the run's own files.", e);
        }

        if (metadata.TryGetValue("recipe", out string? hash) && hash != recipe.Hash)
            throw new BadInputException($"{weights}: belongs to the recipe {hash[..12]}, the run's is {recipe.Hash[..12]}; restore the run's own files");
        return (experiment, model, phase);
    }

    /// <summary>The recipe that the weights came from: after treatment, where one was accepted.</summary>
    private static Recipe FinalRecipe(RunFolder folder, out string phase)
    {
        Vocabulary vocabulary = House.Vocabulary();
        phase = "first";
        Recipe given = folder.ReadRecipe(vocabulary);
        if (!folder.Has(ReportFile.Json)) return given;
        string yaml = ReportFile.Read(folder.Path).FinalRecipe;
        Recipe final = Recipe.Parse(yaml, folder.File(ReportFile.Json), vocabulary, folder.Manifest.RecipeFolder);
        if (final.Hash != given.Hash) phase = "final";
        return final;
    }

    private static TrainingResult Result(RunFolder folder, string phase)
    {
        var history = RunRecord.Epochs(folder, phase);
        int best = history.Count == 0 ? -1 : history.MinBy(e => e.ValidationLoss ?? e.TrainLoss)!.Epoch;
        return new TrainingResult(history, best, 0, history.Sum(e => e.Seconds), Stopped: false, Interrupted: false, Divergence: null)
        {
            Recoveries = RunRecord.Recoveries(folder, phase),
        };
    }
}

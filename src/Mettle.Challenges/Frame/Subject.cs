using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges;

/// <summary>What is examined: a recipe with its data and the model it gave. The test split is not reachable from here.</summary>
/// <param name="Experiment">Recipe and data; builds fresh models.</param>
/// <param name="Model">The trained model with its history and validation results.</param>
/// <param name="Key">Root of the checks' random numbers: a verdict is never a matter of luck between two runs.</param>
public sealed record Subject(Experiment Experiment, TrainedModel Model, RandomKey Key)
{
    /// <summary>The recipe.</summary>
    public Recipe Recipe => Experiment.Recipe;

    /// <summary>
    /// Why the loss on all training rows says little of how the model learns, for checks that rest on it; null where it does: rows that
    /// came as tasks are partly forgotten.
    /// </summary>
    public string? LossIsOfTasks => Experiment.Data.Encoded.Sequence is null
        ? null
        : "Rows came as tasks, one after another: what is lost of earlier ones is measured by the challenge forgetting.";

    /// <summary>Row-passes for the checks of one challenge; without a limit unless an examination sets one.</summary>
    public CheckBudget Budget { get; init; } = new();

    /// <summary>Row-passes of the training that gave the model.</summary>
    public double TrainingRowPasses => Math.Min(
        (double)Model.Result.Steps * Recipe["train.batch"].Int(), (double)Experiment.Data.Encoded.Train.Count * Recipe["train.epochs"].Int());

    internal SharedMeasurements Measurements { get; init; } = new(Key);

    /// <summary>
    /// A measurement that several checks look at, made once in an examination: by <paramref name="measure"/>, out of the
    /// budget of who asks first, with random numbers keyed by <paramref name="name"/>. It must hold no tensors.
    /// </summary>
    public T Shared<T>(string name, Func<Subject, T> measure)
        where T : notnull
        => Measurements.Get(this, name, measure);
}

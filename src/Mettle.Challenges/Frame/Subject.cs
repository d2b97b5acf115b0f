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
}

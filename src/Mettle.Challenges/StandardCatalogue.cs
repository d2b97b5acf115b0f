using Mettle.Challenges.Computation;
using Mettle.Challenges.Model;
using Mettle.Challenges.Optimisation;
using Mettle.Challenges.Research;

namespace Mettle.Challenges;

/// <summary>The challenges of this floor.</summary>
public static class StandardCatalogue
{
    /// <summary>A fresh catalogue, in the order of the mission.</summary>
    public static Catalogue Create() => new(
    [
        new TrainingCostChallenge(),
        new Overfitting(),
        new Underfitting(),
        new Gradients(),
        new NonConvexity(),
        new Convergence(),
        new BatchNormalisation(),
        new Forgetting(),
        new Reproducibility(),
    ]);
}

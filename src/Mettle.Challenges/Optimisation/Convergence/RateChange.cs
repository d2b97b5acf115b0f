using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Reading and changing a recipe's learning rate, whatever its optimiser.</summary>
internal static class RateChange
{
    public static string Optimizer(Recipe recipe) => recipe["train.optimizer"].Text();

    public static double Rate(Recipe recipe) => recipe["train.optimizer"].Word()["rate"].Double();

    /// <summary>SGD's steps grow with the gradient; those of the others have a size of their own.</summary>
    public static bool IsAdaptive(Recipe recipe) => Optimizer(recipe) != "sgd";

    /// <summary>Another batch size with the rate that goes with it: as the batch for SGD, as its root for adaptive rules.</summary>
    public static Recipe WithBatch(Recipe recipe, int batch)
    {
        double factor = batch / (double)recipe["train.batch"].Int();
        return recipe.With("train.batch", batch).With($"train.optimizer.{Optimizer(recipe)}.rate", Rate(recipe) * (IsAdaptive(recipe) ? Math.Sqrt(factor) : factor));
    }

    public static bool EndsLow(Recipe recipe) => recipe["train.schedule"].Text() is "cosine" or "linear" or "one-cycle" or "warm-restarts";
}

using Mettle.Nn;
using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>What keeps a recipe's network from fitting its rows too closely, and the recipe without it.</summary>
/// <param name="Name">In words.</param>
/// <param name="Treatment">Name of the treatment that takes it out.</param>
/// <param name="InUse">Whether a recipe has it, in a strength that matters.</param>
/// <param name="Without">The recipe without it.</param>
internal sealed record Regularizer(string Name, string Treatment, Func<Recipe, bool> InUse, Func<Recipe, Recipe> Without);

/// <summary>The regularisers there are.</summary>
internal static class Regularizers
{
    // Below this share of the weights taken off in a step, decay does nothing in a training of usual length.
    private const double FeltPull = 1e-4;

    public static IReadOnlyList<Regularizer> All { get; } =
    [
        new("dropout", "less-dropout", r => Uses.ModelField(r, "dropout") > 0 || Uses.ModelField(r, "stochastic-depth") > 0, WithoutDropout),
        new("weight decay", "less-weight-decay", r => Pull(r) >= FeltPull, r => r.With($"train.optimizer.{r["train.optimizer"].Text()}.weight-decay", 0.0)),
        new("mixing of rows", "less-mixing", r => Uses.Mixup(r) || r["train.cutmix"].Double() > 0, r => r.Without("train.mixup").Without("train.cutmix")),
        new("augmentation", "less-augmentation", r => r["data.augment"].Words().Count > 0, r => r.Without("data.augment")),
        new("label smoothing", "less-label-smoothing", Uses.LabelSmoothing, r => r.Without("train.loss.cross-entropy.label-smoothing")),
    ];

    /// <summary>Those in use.</summary>
    public static IReadOnlyList<Regularizer> In(Recipe recipe) => [.. All.Where(r => r.InUse(recipe))];

    /// <summary>The recipe without any.</summary>
    public static Recipe Without(Recipe recipe) => In(recipe).Aggregate(recipe, (r, each) => each.Without(r));

    /// <summary>Rows as they are, without augmentation.</summary>
    public static IDataset Clean(IDataset rows) => rows is AugmentedDataset augmented ? augmented.Source : rows;

    // Share of the weights that decay takes off in a step at the full rate; momentum repeats each pull 1 / (1 - momentum) times.
    private static double Pull(Recipe r)
        => Uses.OptimizerField(r, "rate") * Uses.OptimizerField(r, "weight-decay") / (1 - Uses.OptimizerField(r, "momentum"));

    private static Recipe WithoutDropout(Recipe r)
    {
        string model = r["model"].Text();
        r = Uses.ModelField(r, "dropout") > 0 ? r.With($"model.{model}.dropout", 0.0) : r;
        return Uses.ModelField(r, "stochastic-depth") > 0 ? r.With($"model.{model}.stochastic-depth", 0.0) : r;
    }
}

using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Lets first weights, rates and decays follow the width, so that what was tuned on a narrow network fits a wide one.</summary>
public sealed class Mup : Treatment
{
    private const string Field = "train.mup";

    /// <inheritdoc/>
    public override string Name => "mup";

    /// <inheritdoc/>
    public override string Summary => "Lets first weights, rates and decays follow the width, so that what was tuned on a narrow network fits a wide one.";

    /// <inheritdoc/>
    public override string Source => "Yang, Hu, Babuschkin, Sidor, Liu, Farhi, Ryder, Pachocki, Chen and Gao, Tensor Programs V, 2022; Yang, Simon and Bernstein, A spectral condition for feature learning, 2023";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
    [
        new("sam", r => r["train.sharpness"].HasValue && r["train.sharpness"].Text() == "sam", "one radius for all layers does not follow the width: in wide networks only the output layer is moved (Haas et al., NeurIPS 2024)"),
        new("gradient-clipping", r => r["train.clip.norm"].Double() > 0, "the output layer's gradient is longer in wider networks, so a limit found at the base width bites more often"),
    ];

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe[Field].Int() > 0;

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        int? widest = ModelSizes.Widest(recipe), usual = ModelSizes.UsualWidest(recipe);
        reason = recipe[Field].Int() > 0 ? "muP is in use"
            : widest is not > 0 ? $"the model '{recipe["model"].Text()}' has no hidden layer whose width the recipe sets"
            : widest <= usual ? $"the network is no wider than the {usual} units that the usual rates are meant for"
            : "";
        return reason.Length == 0 ? recipe.With(Field, usual!.Value) : null;
    }
}

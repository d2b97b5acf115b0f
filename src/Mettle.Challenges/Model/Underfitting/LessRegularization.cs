using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Takes out one of the recipe's regularisers, or all of them.</summary>
public sealed class LessRegularization : Treatment
{
    private readonly Regularizer? only;

    private LessRegularization(Regularizer? only) => this.only = only;

    /// <summary>One treatment for each regulariser, and one for all together.</summary>
    public static IReadOnlyList<Treatment> Each { get; } = [.. Regularizers.All.Select(r => new LessRegularization(r)), new LessRegularization(null)];

    /// <inheritdoc/>
    public override string Name => only?.Treatment ?? "less-regularization";

    /// <inheritdoc/>
    public override string Summary => only is null ? "Takes out all regularisation." : $"Takes out {only.Name}.";

    /// <inheritdoc/>
    public override string Source => "Goodfellow, Bengio and Courville, Deep Learning, MIT Press 2016, sections 5.2 and 11.4";

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = only is null
            ? Regularizers.In(recipe).Count < 2 ? "there are no two regularisers to take out together" : ""
            : only.InUse(recipe) ? "" : $"there is no {only.Name} that is felt in training";
        return reason.Length > 0 ? null : only is null ? Regularizers.Without(recipe) : only.Without(recipe);
    }
}

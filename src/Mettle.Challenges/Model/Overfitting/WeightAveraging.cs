using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Uses an average of the weights of many steps or epochs in place of the last ones.</summary>
public abstract class WeightAveraging : Treatment
{
    /// <summary>What holds for every average.</summary>
    protected static IReadOnlyList<Conflict> RateFalls { get; } =
        [new("a rate that falls to zero", Uses.DecaysToZero, "the weights have come to rest by the end, so their average adds little")];

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts => RateFalls;

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe["train.averaging"].HasValue && recipe["train.averaging"].Text() == Name;

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        if (recipe["train.averaging"].HasValue)
        {
            reason = "weights are averaged already";
            return null;
        }

        reason = "";
        return Average(recipe);
    }

    /// <summary>The recipe with this way of averaging.</summary>
    protected abstract Recipe Average(Recipe recipe);
}

using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Averages the weights of the last quarter of the epochs.</summary>
public sealed class Swa : Treatment
{
    /// <inheritdoc/>
    public override string Name => "swa";

    /// <inheritdoc/>
    public override string Summary => "Averages the weights of the last quarter of the epochs.";

    /// <inheritdoc/>
    public override string Source => "Izmailov, Podoprikhin, Garipov, Vetrov and Wilson, Averaging weights leads to wider optima, UAI 2018";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
        [new("a rate that falls to zero", Uses.DecaysToZero, "the weights have come to rest by the end, so their average adds little")];

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        if (recipe["train.averaging"].HasValue)
        {
            reason = "weights are averaged already";
            return null;
        }

        reason = "";
        return recipe.With("train.averaging.swa.start", 0.75);
    }
}

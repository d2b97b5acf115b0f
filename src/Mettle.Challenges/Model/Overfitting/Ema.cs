using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Uses a running average of the weights.</summary>
public sealed class Ema : Treatment
{
    /// <inheritdoc/>
    public override string Name => "ema";

    /// <inheritdoc/>
    public override string Summary => "Uses a running average of the weights.";

    /// <inheritdoc/>
    public override string Source => "Polyak and Juditsky, Acceleration of stochastic approximation by averaging, 1992; Tarvainen and Valpola, NIPS 2017";

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
        return recipe.With("train.averaging.ema.decay", 0.99);
    }
}

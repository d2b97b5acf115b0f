using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Uses a running average of the weights.</summary>
public sealed class Ema : WeightAveraging
{
    /// <inheritdoc/>
    public override string Name => "ema";

    /// <inheritdoc/>
    public override string Summary => "Uses a running average of the weights.";

    /// <inheritdoc/>
    public override string Source => "Polyak and Juditsky, Acceleration of stochastic approximation by averaging, 1992; Tarvainen and Valpola, NIPS 2017";

    /// <inheritdoc/>
    protected override Recipe Average(Recipe recipe) => recipe.With("train.averaging.ema.decay", 0.99);
}

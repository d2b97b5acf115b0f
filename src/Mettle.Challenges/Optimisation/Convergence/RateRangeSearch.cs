using Mettle.Runs;

namespace Mettle.Challenges.Optimisation;

/// <summary>Chooses the learning rate by a short test on training rows: where the loss falls fastest as the rate rises.</summary>
public sealed class RateRangeSearch : Treatment
{
    /// <inheritdoc/>
    public override string Name => "rate-range-test";

    /// <inheritdoc/>
    public override string Summary => "Chooses the learning rate by a short test on training rows: where the loss falls fastest as the rate rises.";

    /// <inheritdoc/>
    public override string Source => "Smith, Cyclical learning rates for training neural networks, WACV 2017";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } =
        [new("mup", r => r["train.mup"].Int() > 0, "the rate found is that of this width, not one to carry over to others")];

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe["train.rate-search"].Bool();

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        reason = recipe["train.rate-search"].Bool() ? "the rate is chosen by a range test already" : "";
        return reason.Length > 0 ? null : recipe.With("train.rate-search", true);
    }
}

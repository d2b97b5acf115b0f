namespace Mettle.Nn;

/// <summary>What a step came to; <paramref name="Correct"/> is null where outputs have no right and wrong.</summary>
internal readonly record struct StepOutcome(double Loss, double GradientNorm, double? Correct, Divergence? Divergence)
{
    /// <summary>The loss that recovery judges by, where it is not the whole.</summary>
    public double? OwnLoss { get; init; }
}

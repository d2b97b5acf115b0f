namespace Mettle.Challenges.Model;

/// <summary>x times the normal distribution's share below x in place of a hard or saturating nonlinearity.</summary>
public sealed class Gelu : ActivationTreatment
{
    /// <inheritdoc/>
    public override string Name => "gelu";

    /// <inheritdoc/>
    public override string Summary => "A smooth rectifier whose slope is 0 nowhere near 0, in place of a hard or saturating nonlinearity.";

    /// <inheritdoc/>
    public override string Source => "Hendrycks and Gimpel, Gaussian error linear units, 2016";

    /// <inheritdoc/>
    protected override string Word => "gelu";

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Instead { get; } = ["relu", "tanh", "sigmoid"];
}

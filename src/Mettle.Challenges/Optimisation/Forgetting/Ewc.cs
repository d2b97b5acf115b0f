namespace Mettle.Challenges.Optimisation;

/// <summary>Holds near their old values the weights that earlier tasks depend on by Fisher information.</summary>
public sealed class Ewc : ContinualTreatment
{
    /// <inheritdoc/>
    public override string Name => "ewc";

    /// <inheritdoc/>
    public override string Summary => "Holds near their old values the weights that earlier tasks depend on by Fisher information.";

    /// <inheritdoc/>
    public override string Source => "Kirkpatrick et al., Overcoming catastrophic forgetting in neural networks, PNAS 114, 2017";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts => HeldWeights;

    /// <inheritdoc/>
    protected override string Word => "ewc";
}

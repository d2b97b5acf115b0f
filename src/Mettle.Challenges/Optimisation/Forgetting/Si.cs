namespace Mettle.Challenges.Optimisation;

/// <summary>Holds near their old values the weights whose moves lowered the loss of earlier tasks.</summary>
public sealed class Si : ContinualTreatment
{
    /// <inheritdoc/>
    public override string Name => "si";

    /// <inheritdoc/>
    public override string Summary => "Holds near their old values the weights whose moves lowered the loss of earlier tasks.";

    /// <inheritdoc/>
    public override string Source => "Zenke, Poole and Ganguli, Continual learning through synaptic intelligence, ICML 2017";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts => HeldWeights;

    /// <inheritdoc/>
    protected override string Word => "si";
}

namespace Mettle.Challenges.Optimisation;

/// <summary>Normalises each row over all units of a layer: no batch takes part.</summary>
public sealed class LayerNormTreatment : NormTreatment
{
    /// <inheritdoc/>
    public override string Name => "layer-norm";

    /// <inheritdoc/>
    public override string Summary => "Normalises each row over all units of a layer, so that the size of batches does not matter.";

    /// <inheritdoc/>
    public override string Source => "Ba, Kiros and Hinton, Layer normalization, 2016";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } = [NothingToRecalibrate];

    /// <inheritdoc/>
    protected override string Word => "layer";
}

namespace Mettle.Challenges.Optimisation;

/// <summary>Normalises groups of channels of each row on its own: no batch takes part.</summary>
public sealed class GroupNormTreatment : NormTreatment
{
    /// <inheritdoc/>
    public override string Name => "group-norm";

    /// <inheritdoc/>
    public override string Summary => "Normalises groups of channels of each row on its own, so that the size of batches does not matter.";

    /// <inheritdoc/>
    public override string Source => "Wu and He, Group normalization, ECCV 2018";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts { get; } = [NothingToRecalibrate];

    /// <inheritdoc/>
    protected override string Word => "group";
}

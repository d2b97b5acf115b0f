namespace Mettle.Challenges.Optimisation;

/// <summary>Keeps the answers that the old model gave to the new rows; keeps no rows.</summary>
public sealed class Lwf : ContinualTreatment
{
    /// <inheritdoc/>
    public override string Name => "lwf";

    /// <inheritdoc/>
    public override string Summary => "Keeps the answers that the old model gave to the new rows; keeps no rows.";

    /// <inheritdoc/>
    public override string Source => "Li and Hoiem, Learning without forgetting, ECCV 2016";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts => [];

    /// <inheritdoc/>
    protected override string Word => "lwf";
}

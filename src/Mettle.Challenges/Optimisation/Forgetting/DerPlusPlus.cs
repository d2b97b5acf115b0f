namespace Mettle.Challenges.Optimisation;

/// <summary>Replays kept rows and holds the model to their labels and to the logits they once had.</summary>
public sealed class DerPlusPlus : ContinualTreatment
{
    /// <inheritdoc/>
    public override string Name => "der-plus-plus";

    /// <inheritdoc/>
    public override string Summary => "Replays kept rows and holds the model to their labels and to the logits they once had.";

    /// <inheritdoc/>
    public override string Source => "Buzzega, Boschi, Porrello, Abati and Calderara, Dark experience for general continual learning, NeurIPS 2020";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts => [KeptRows];

    /// <inheritdoc/>
    protected override string Word => "der-plus-plus";
}

namespace Mettle.Challenges.Optimisation;

/// <summary>Takes out of each gradient what would raise the loss on kept rows of earlier tasks.</summary>
public sealed class AGem : ContinualTreatment
{
    /// <inheritdoc/>
    public override string Name => "a-gem";

    /// <inheritdoc/>
    public override string Summary => "Takes out of each gradient what would raise the loss on kept rows of earlier tasks.";

    /// <inheritdoc/>
    public override string Source => "Chaudhry, Ranzato, Rohrbach and Elhoseiny, Efficient lifelong learning with A-GEM, ICLR 2019";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts => [KeptRows];

    /// <inheritdoc/>
    protected override string Word => "a-gem";
}

namespace Mettle.Challenges.Optimisation;

/// <summary>Learns from kept rows of earlier tasks in every step.</summary>
public sealed class Replay : ContinualTreatment
{
    /// <inheritdoc/>
    public override string Name => "experience-replay";

    /// <inheritdoc/>
    public override string Summary => "Learns from kept rows of earlier tasks in every step.";

    /// <inheritdoc/>
    public override string Source => "Ratcliff, Connectionist models of recognition memory, Psychological Review 97, 1990; Rolnick, Ahuja, Schwarz, Lillicrap and Wayne, Experience replay for continual learning, NeurIPS 2019";

    /// <inheritdoc/>
    public override IReadOnlyList<Conflict> Conflicts => [KeptRows];

    /// <inheritdoc/>
    protected override string Word => "replay";
}
